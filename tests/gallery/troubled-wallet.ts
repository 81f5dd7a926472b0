import type { Texts } from '../../src/lib/i18n/index.ts';
import type { FlowState } from '../../src/lib/wallet/flow.ts';
import type { WaitingWallet } from '../../src/lib/wallet/view.ts';

/** A wallet page that waits for something, and gets no answers. */
export interface TroubledWallet {
	readonly state: Extract<FlowState, keyof Texts['wallet']>;
	readonly code: WaitingWallet | null;
	readonly returnTo: string;
}
