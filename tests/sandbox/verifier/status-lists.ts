import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';
import { jwtVerify } from 'jose';
import * as v from 'valibot';
import { PresentationError } from './errors.ts';
import { verifyCertificate } from './trust.ts';

const Token = v.looseObject({
	sub: v.string(),
	iat: v.number(),
	exp: v.optional(v.number()),
	ttl: v.optional(v.number())
});
const timeoutMs = 5000;
const maxBytes = 262_144;

interface CachedList {
	readonly statusAt: (index: number) => number;
	/** Epoch milliseconds. */
	readonly usableUntil: number;
}

interface StatusListOptions {
	/** Named in the certificate that signs the lists. */
	readonly issuer: string;
	/** In PEM. */
	readonly trustAnchors: readonly string[];
	/** Epoch milliseconds. */
	readonly now: () => number;
	readonly fetch: typeof fetch;
}

/** Reads the status lists of issuers (Token Status List, section 8.3), each at most once per `ttl`. */
export class StatusLists {
	readonly #options: StatusListOptions;
	readonly #cache = new Map<string, Promise<CachedList>>();

	constructor(options: StatusListOptions) {
		this.#options = options;
	}

	/**
	 * The status value of a credential: 0 is valid, 1 revoked, 2 suspended.
	 * @throws {PresentationError} `status_unavailable` without a verified list that has this index; an old list is not used
	 */
	async status(uri: string, index: number): Promise<number> {
		try {
			return (await this.#cached(uri)).statusAt(index);
		} catch (error) {
			throw new PresentationError('status_unavailable', uri, error);
		}
	}

	/** Forgets cached lists, as a verifier that has just started. */
	clear(): void {
		this.#cache.clear();
	}

	async #cached(uri: string): Promise<CachedList> {
		const known = this.#cache.get(uri);
		const cached = await known;
		if (cached !== undefined && cached.usableUntil > this.#options.now()) return cached;
		const newer = this.#cache.get(uri);
		if (newer !== undefined && newer !== known) return newer;
		const loading = this.#load(uri);
		this.#cache.set(uri, loading);
		loading.catch(() => this.#cache.delete(uri));
		return loading;
	}

	async #load(uri: string): Promise<CachedList> {
		const { issuer, trustAnchors, now } = this.#options;
		if (new URL(uri).origin !== new URL(issuer).origin) throw new Error('the list is not at the issuer');
		const response = await this.#options.fetch(uri, {
			headers: { accept: 'application/statuslist+jwt' },
			redirect: 'error',
			signal: AbortSignal.timeout(timeoutMs)
		});
		if (!response.ok) throw new Error(`status ${response.status}`);
		const jwt = await limitedText(response);
		const currentDate = new Date(now());
		const { payload } = await jwtVerify(jwt, ({ x5c }) => verifyCertificate(x5c, trustAnchors, currentDate, issuer), {
			typ: 'statuslist+jwt',
			algorithms: ['ES256'],
			currentDate
		});
		const { sub, exp, ttl } = v.parse(Token, payload);
		if (sub !== uri) throw new Error('the list is for another address');
		const list = getListFromStatusListJWT(jwt);
		return {
			statusAt: (index) => list.getStatus(index),
			usableUntil: Math.min(now() + (ttl ?? 0) * 1000, (exp ?? Infinity) * 1000)
		};
	}
}

async function limitedText({ body }: Response): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of body ?? []) {
		bytes += chunk.length;
		if (bytes > maxBytes) throw new Error('the list is too large');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString();
}
