import type { PublicHolderKey } from '../sandbox/issuer/holder-key.ts';

export interface PresentationOptions {
	/** From the portal's page. */
	readonly link: string;
	/** The compact SD-JWT VC, bound to the wallet's key. */
	readonly credential: string;
	/** Of the issuer's and the verifier's certificates, in PEM. */
	readonly trustAnchor: string;
	/** Replaces the request's nonce in the key binding. */
	readonly nonce?: string;
}

export interface PresentationResult {
	/** How the verifier responded. */
	readonly response: 'accepted' | 'refused';
	/** `accepted`, or why the wallet would not store the credential. Absent for a wallet that does not verify credentials. */
	readonly credential?: string;
}

/** A wallet that this project did not write, for one presentation. */
export interface ForeignWallet {
	/** The public part of its key. */
	readonly jwk: PublicHolderKey;
	/** @throws {Error} if the wallet sends no response, for example because it does not trust the verifier */
	present(options: PresentationOptions): Promise<PresentationResult>;
}
