import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { PresentationError } from './errors.ts';
import type { VerifierIdentity } from './identity.ts';
import { verifyPresentation, type VerifiedPresentation } from './presentation.ts';
import { queries, type CredentialQuery } from './queries.ts';
import { contentEncryption, readResponse } from './response.ts';
import type { ResponseMode } from './settings.ts';
import type { StatusLists } from './status-lists.ts';

export interface VerifierOptions {
	readonly identity: VerifierIdentity;
	/** The issuer whose credentials are accepted. */
	readonly issuer: string;
	/** In PEM. */
	readonly trustAnchors: readonly string[];
	readonly statusLists: StatusLists;
	/** Epoch milliseconds. */
	readonly now: () => number;
}

export interface RequestOptions {
	readonly queryId: string;
	readonly responseMode: ResponseMode;
	/** Below it are `/request/{id}` and `/response/{id}`. */
	readonly url: string;
	/** The wallet's authorization endpoint, such as `openid4vp://`. */
	readonly walletUrl: string;
	/** When the request expires, in epoch milliseconds; read at each use, because a session may be prolonged. */
	readonly expiresAt: () => number;
	/** Called at each change of the transaction's status. */
	readonly onChange?: (transaction: Transaction) => void;
	/** Where the wallet sends the person afterwards, with a `response_code` (OpenID4VP, section 8.2); absent: nowhere. */
	readonly returnUrl?: string;
}

/** One authorization request, and what became of it. */
export interface Transaction {
	readonly id: string;
	/** The `redirect_uri` of a response that the verifier accepts. */
	readonly redirectUri: string | undefined;
	/** The wallet's address with the parameters of the request, for a QR code or a link. */
	readonly link: string;
	status: 'created' | 'requested' | 'verifying' | 'verified' | 'failed';
	presentation?: VerifiedPresentation;
	error?: PresentationError;
}

interface Secrets {
	readonly transaction: Transaction;
	readonly url: string;
	readonly query: CredentialQuery;
	readonly state: string;
	readonly nonce: string;
	readonly expiresAt: () => number;
	readonly notify: () => void;
	readonly encryption: { readonly privateKey: CryptoKey; readonly jwk: JWK } | undefined;
}

/** A verifier of OpenID4VP 1.0: signed requests by reference, responses by `direct_post` and `direct_post.jwt`. */
export class Verifier {
	readonly #options: VerifierOptions;
	readonly #open = new Map<string, Secrets>();

	constructor(options: VerifierOptions) {
		this.#options = options;
	}

	/** @throws {RangeError} for an unknown `queryId` */
	async create(options: RequestOptions): Promise<Transaction> {
		const { identity } = this.#options;
		const { queryId, responseMode, url, walletUrl, expiresAt, onChange, returnUrl } = options;
		const query = Object.hasOwn(queries, queryId) ? queries[queryId] : undefined;
		if (query === undefined) throw new RangeError(`no query ${queryId}`);
		const id = random();
		const parameters = new URLSearchParams({
			client_id: identity.clientId,
			request_uri: `${url}/request/${id}`,
			request_uri_method: 'post'
		});
		const transaction: Transaction = {
			id,
			link: `${walletUrl}?${parameters}`,
			redirectUri: returnUrl && `${returnUrl}?response_code=${random()}`,
			status: 'created'
		};
		this.#open.set(id, {
			transaction,
			url,
			query,
			state: random(),
			nonce: random(),
			expiresAt,
			notify: () => onChange?.(transaction),
			encryption: responseMode === 'direct_post.jwt' ? await createEncryptionKey() : undefined
		});
		return transaction;
	}

	/**
	 * The signed request object (OpenID4VP, section 5; RFC 9101).
	 * @param walletNonce from a POST to `request_uri` (section 5.10)
	 * @throws {PresentationError} `unknown_state`, `request_expired`, `replayed_response` if it was answered already
	 */
	async requestObject(id: string, walletNonce?: string): Promise<string> {
		const { identity, now } = this.#options;
		const { transaction, url, query, state, nonce, expiresAt, encryption, notify } = this.#find(id);
		transaction.status = 'requested';
		notify();
		return identity.sign({
			aud: 'https://self-issued.me/v2',
			iat: Math.floor(now() / 1000),
			exp: Math.floor(expiresAt() / 1000),
			client_id: identity.clientId,
			response_type: 'vp_token',
			response_mode: encryption === undefined ? 'direct_post' : 'direct_post.jwt',
			response_uri: `${url}/response/${id}`,
			state,
			nonce,
			dcql_query: { credentials: [query] },
			client_metadata: {
				vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256'] } },
				...(encryption && {
					jwks: { keys: [encryption.jwk] },
					encrypted_response_enc_values_supported: contentEncryption
				})
			},
			...(walletNonce !== undefined && { wallet_nonce: walletNonce })
		});
	}

	/**
	 * Receives the body of a POST to `response_uri`. A response that proves by neither `state` nor encryption that the wallet
	 * has read the request leaves it open; any other ends it.
	 * @throws {PresentationError}
	 */
	async receive(id: string, body: string): Promise<VerifiedPresentation> {
		const secrets = this.#find(id);
		const { transaction, state, notify } = secrets;
		const response = await readResponse(body, { encryptionKey: secrets.encryption?.privateKey });
		// Some wallets leave out `state` where the response is encrypted, as in the examples of section 8.3.
		if (response.state !== state && !(response.isEncrypted && response.state === undefined)) {
			throw new PresentationError('unknown_state');
		}
		// Another response may have been read meanwhile.
		this.#find(id);
		transaction.status = 'verifying';
		notify();
		try {
			if (response.error !== undefined) throw walletError(response.error);
			transaction.presentation = await this.#verify(secrets, response.vp_token ?? {});
			transaction.status = 'verified';
			notify();
			return transaction.presentation;
		} catch (error) {
			transaction.status = 'failed';
			transaction.error =
				error instanceof PresentationError ? error : new PresentationError('malformed_response', '', error);
			notify();
			throw transaction.error;
		}
	}

	forget(id: string): void {
		this.#open.delete(id);
	}

	#verify({ query, nonce }: Secrets, vpToken: Readonly<Record<string, readonly [string]>>) {
		const { identity, issuer, trustAnchors, statusLists, now } = this.#options;
		const [entry, ...more] = Object.entries(vpToken);
		if (entry?.[0] !== query.id || more.length > 0) {
			throw new PresentationError('malformed_response', 'vp_token must have one entry, that of the query');
		}
		return verifyPresentation(entry[1][0], {
			clientId: identity.clientId,
			nonce,
			vctValues: query.meta.vct_values,
			claims: query.claims.map(({ path }) => path[0]),
			issuer,
			trustAnchors,
			statusLists,
			now: now()
		});
	}

	#find(id: string): Secrets {
		const secrets = this.#open.get(id);
		if (secrets === undefined) throw new PresentationError('unknown_state');
		if (secrets.expiresAt() <= this.#options.now()) throw new PresentationError('request_expired');
		if (secrets.transaction.status !== 'created' && secrets.transaction.status !== 'requested') {
			throw new PresentationError('replayed_response');
		}
		return secrets;
	}
}

function walletError(error: string): PresentationError {
	return new PresentationError(error === 'access_denied' ? 'access_denied' : 'wallet_error', error);
}

async function createEncryptionKey() {
	const { privateKey, publicKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
	return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: random(), use: 'enc', alg: 'ECDH-ES' } };
}

function random(): string {
	return randomBytes(16).toString('base64url');
}
