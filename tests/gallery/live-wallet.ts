import type { FlowState } from '../../src/lib/wallet/flow.ts';
import type { WaitingWallet, WalletDevice } from '../../src/lib/wallet/view.ts';

/** A wallet page in a state that no server draws, because only the page itself finds it out. */
export interface LiveWallet {
	readonly state: FlowState;
	readonly code: WaitingWallet | null;
	readonly device: WalletDevice;
	/** `unreachable`: the portal is unreachable. The others follow a press of the link that opens a wallet. */
	readonly finding: 'unreachable' | 'nothing_opened' | 'came_back';
	readonly returnTo: string;
}
