import { createHeaderAndPayload, StatusList } from '@sd-jwt/jwt-status-list';
import type { JWTPayload } from 'jose';

/** The values of Token Status List, section 7.1, that fit into two bits; 3 is application-specific. */
const values = { valid: 0, revoked: 1, suspended: 2 } as const;
export type CredentialStatus = keyof typeof values;
export const credentialStatuses: readonly CredentialStatus[] = ['valid', 'revoked', 'suspended'];

const bitsPerStatus = 2;
/** The list has all entries from the start, so that its length does not show how many credentials exist. */
const size = 16_384;
/** Seconds that a verifier may cache a list (`ttl`): short, so that a revocation is noticed during a demo. */
export const statusListTtl = 5;
/** Seconds after which a list must not be used any more (`exp`). */
const lifetime = 60 * 60;

/** The statuses of all credentials of one issuer. */
export class CredentialStatuses {
	readonly #values = new Array<number>(size).fill(values.valid);
	#issued = 0;

	/** Reserves the entry of a new credential, and returns its index. @throws {RangeError} if all entries are in use */
	reserve(): number {
		if (this.#issued === size) throw new RangeError(`the status list has ${size} entries, which are all in use`);
		this.#issued += 1;
		return this.#issued - 1;
	}

	/** Returns false for an index without a credential. */
	set(index: number, status: CredentialStatus): boolean {
		if (!Number.isInteger(index) || index < 0 || index >= this.#issued) return false;
		this.#values[index] = values[status];
		return true;
	}

	/** Makes every credential valid again. Indexes are not reused: credentials that exist keep their entries. */
	reset(): void {
		this.#values.fill(values.valid);
	}

	/** Header and payload of a status list token (Token Status List, section 5.1), to be signed. */
	async token(uri: string, x5c: readonly string[]): Promise<{ header: Record<string, unknown>; payload: JWTPayload }> {
		const now = Math.floor(Date.now() / 1000);
		return createHeaderAndPayload(
			new StatusList(this.#values, bitsPerStatus),
			{ sub: uri, iat: now, exp: now + lifetime, ttl: statusListTtl },
			{ alg: 'ES256', typ: 'statuslist+jwt', x5c }
		);
	}
}
