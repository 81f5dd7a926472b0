import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { SignJWT } from 'jose';
import { claimsOf } from '../identity.ts';
import type { Person } from '../people.ts';
import { sdJwtHashing } from '../sd-jwt.ts';
import { createCertificateAuthority, type CertificateAuthority, type CertifiedKey } from './certificates.ts';
import type { PublicHolderKey } from './holder-key.ts';
import { CredentialStatuses } from './status-list.ts';

/** The type of the eduID credential in SURF's pilots. */
export const eduidVct = 'https://issuer.dev.eduid.nl/vct/eduid';

/** The claims about the person, each of them selectively disclosable. */
export const personClaims = [
	'given_name',
	'family_name',
	'birthdate',
	'email',
	'eduid',
	'schac_home_organization',
	'eduperson_principal_name',
	'eduperson_scoped_affiliation'
] as const;
type PersonClaims = Record<(typeof personClaims)[number], unknown>;

const day = 24 * 60 * 60;

interface CredentialOptions {
	readonly person: Person;
	/** The key of the wallet that will present the credential. */
	readonly holderKey: PublicHolderKey;
	/** Default `eduidVct`. */
	readonly vct?: string | undefined;
}

interface IssuerKeys {
	readonly authority: CertificateAuthority;
	readonly key: CertifiedKey;
}

/** Issues eduID credentials as SD-JWT VC, and publishes their statuses. */
export class CredentialIssuer {
	readonly statuses = new CredentialStatuses();
	/** The `iss` of its credentials, and a name in its certificate. */
	readonly url: string;
	#keys: Promise<IssuerKeys> | undefined;

	constructor(url: string) {
		this.url = url;
	}

	get statusListUrl(): string {
		return `${this.url}/status-list`;
	}

	/** The trust anchor of everything that the issuer signs, in PEM. */
	async certificate(): Promise<string> {
		return (await this.#getKeys()).authority.certificate;
	}

	/** Creates a key with a certificate of the same test CA, for another role at that address. */
	async certify(commonName: string, url: string): Promise<CertifiedKey> {
		return (await this.#getKeys()).authority.certify(commonName, url);
	}

	/**
	 * Issues an SD-JWT VC (`dc+sd-jwt`) that is bound to the holder's key. The credential of the person whose credential is
	 * expired ended yesterday; the others are valid for a year.
	 * @returns the compact form, with all disclosures and without a key binding
	 * @throws {RangeError} if the status list is full
	 */
	async issue({ person, holderKey, vct = eduidVct }: CredentialOptions): Promise<string> {
		const { key } = await this.#getKeys();
		const instance = new SDJwtVcInstance({ ...sdJwtHashing, signer: (data) => key.sign(data), signAlg: 'ES256' });
		const now = Math.floor(Date.now() / 1000);
		const isExpired = person.credential === 'expired';
		const claims = claimsOf(person);
		const disclosable: PersonClaims = {
			given_name: claims.given_name,
			family_name: claims.family_name,
			birthdate: claims.birthdate,
			email: claims.email,
			eduid: claims.eduid,
			schac_home_organization: claims.schac_home_organization,
			eduperson_principal_name: claims.eduperson_principal_name,
			eduperson_scoped_affiliation: claims.eduperson_scoped_affiliation
		};
		const payload = {
			iss: this.url,
			vct,
			iat: isExpired ? now - 366 * day : now,
			exp: isExpired ? now - day : now + 365 * day,
			cnf: { jwk: holderKey },
			status: { status_list: { idx: this.statuses.reserve(), uri: this.statusListUrl } },
			...disclosable
		};
		return instance.issue(payload, { _sd: [...personClaims] }, { header: { x5c: key.x5c } });
	}

	/** The current status list as a signed status list token. */
	async statusList(): Promise<string> {
		const { key } = await this.#getKeys();
		const { header, payload } = await this.statuses.token(this.statusListUrl, key.x5c);
		return new SignJWT(payload).setProtectedHeader({ ...header, alg: 'ES256' }).sign(key.privateKey);
	}

	#getKeys(): Promise<IssuerKeys> {
		this.#keys ??= createKeys(this.url);
		return this.#keys;
	}
}

async function createKeys(url: string): Promise<IssuerKeys> {
	const authority = await createCertificateAuthority('Sandbox Test CA');
	return { authority, key: await authority.certify('Sandbox eduID issuer', url) };
}
