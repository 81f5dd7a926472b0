import { type DcApi, dcApiAudiences, dcApiParameters, readDcApiResponse } from './dc-api.ts';
import { PresentationError } from './errors.ts';
import type { VerifierIdentity } from './identity.ts';
import { verifyPresentation, type PresentationRequirements, type VerifiedPresentation } from './presentation.ts';
import { queries, type CredentialQuery } from './queries.ts';
import { createEncryptionKey, type EncryptionKey, random, requestClaims } from './request-object.ts';
import { readResponse, type WalletResponse } from './response.ts';
import type { ResponseMode } from './settings.ts';
import type { StatusLists } from './status-lists.ts';

interface VerifierOptions {
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
	/** Offers the Digital Credentials API on pages of these origins. */
	readonly dcApiOrigins?: readonly string[] | undefined;
}

/** One authorization request, and its result. */
export interface Transaction {
	readonly id: string;
	/** The `redirect_uri` of a response that the verifier accepts. */
	readonly redirectUri: string | undefined;
	/** The wallet's address with the parameters of the request, for a QR code or a link. */
	readonly link: string;
	/** The signed request for the Digital Credentials API, if it is offered. */
	dcRequest?: string;
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
	readonly encryption: EncryptionKey | undefined;
	readonly dcApi: DcApi | undefined;
}

/** What binds a presentation to the request. */
type Binding = Pick<PresentationRequirements, 'nonce' | 'audiences'>;
type Parameters = Omit<WalletResponse, 'isEncrypted'>;

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
		const { queryId, responseMode, url, walletUrl, expiresAt, onChange, returnUrl, dcApiOrigins } = options;
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
		const dcApi = dcApiOrigins && (await this.#offerDcApi(transaction, query, dcApiOrigins));
		this.#open.set(id, {
			transaction,
			dcApi,
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
	 * @throws {PresentationError} `unknown_state`, `request_expired`, `replayed_response` if a response was received already
	 */
	async requestObject(id: string, walletNonce?: string): Promise<string> {
		const { identity, now } = this.#options;
		const { transaction, url, query, state, nonce, expiresAt, encryption, notify } = this.#find(id);
		transaction.status = 'requested';
		notify();
		return identity.sign({
			...requestClaims({ identity, query, encryption, now: now() }),
			exp: Math.floor(expiresAt() / 1000),
			response_mode: encryption === undefined ? 'direct_post' : 'direct_post.jwt',
			response_uri: `${url}/response/${id}`,
			state,
			nonce,
			...(walletNonce !== undefined && { wallet_nonce: walletNonce })
		});
	}

	async #offerDcApi(transaction: Transaction, query: CredentialQuery, origins: readonly string[]): Promise<DcApi> {
		const encryption = await createEncryptionKey();
		const dcApi = { origins, nonce: random(), privateKey: encryption.privateKey };
		const { identity, now } = this.#options;
		transaction.dcRequest = await identity.sign({
			...requestClaims({ identity, query, encryption, now: now() }),
			...dcApiParameters(dcApi)
		});
		return dcApi;
	}

	/**
	 * Receives the body of a POST to `response_uri`. A response that proves by neither `state` nor encryption that the wallet
	 * has read the request leaves it open; any other ends it.
	 * @throws {PresentationError}
	 */
	async receive(id: string, body: string): Promise<VerifiedPresentation> {
		const secrets = this.#find(id);
		const { state } = secrets;
		const response = await readResponse(body, { encryptionKey: secrets.encryption?.privateKey });
		// Some wallets leave out `state` where the response is encrypted, as in the examples of section 8.3.
		if (response.state !== state && !(response.isEncrypted && response.state === undefined)) {
			throw new PresentationError('unknown_state');
		}
		return this.#settle(id, response, { nonce: secrets.nonce, audiences: [this.#options.identity.clientId] });
	}

	/**
	 * Receives the response of the Digital Credentials API. One that cannot be decrypted leaves the request open; any other
	 * ends it.
	 * @throws {PresentationError} `unknown_state` if the API was not offered
	 */
	async receiveDcApi(id: string, jwe: string): Promise<VerifiedPresentation> {
		const { dcApi } = this.#find(id);
		if (dcApi === undefined) throw new PresentationError('unknown_state');
		const response = await readDcApiResponse(jwe, dcApi);
		return this.#settle(id, response, { nonce: dcApi.nonce, audiences: dcApiAudiences(dcApi) });
	}

	/** Verifies the first response, by `direct_post` or by the Digital Credentials API. */
	async #settle(id: string, response: Parameters, binding: Binding): Promise<VerifiedPresentation> {
		// Another response may have been read in the meantime.
		const secrets = this.#find(id);
		const { transaction, notify } = secrets;
		transaction.status = 'verifying';
		notify();
		try {
			if (response.error !== undefined) throw walletError(response.error);
			transaction.presentation = await this.#verify(secrets, response.vp_token ?? {}, binding);
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

	#verify({ query }: Secrets, vpToken: NonNullable<Parameters['vp_token']>, binding: Binding) {
		const { issuer, trustAnchors, statusLists, now } = this.#options;
		const [entry, ...more] = Object.entries(vpToken);
		if (entry?.[0] !== query.id || more.length > 0) {
			throw new PresentationError('malformed_response', 'vp_token must have one entry, that of the query');
		}
		return verifyPresentation(entry[1][0], {
			...binding,
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
