import { generateKeyPairSync } from 'node:crypto';
import { importJWK } from 'jose';
import * as v from 'valibot';
import { HolderKey, type PublicHolderKey } from '../issuer/holder-key.ts';
import { CredentialIssuer } from '../issuer/issuer.ts';
import { personById, type Person, type PersonId } from '../people.ts';
import { credentialFaults, presentationFaults, type Scenarios } from '../scenarios.ts';
import type { VerifierService } from '../verifier/service.ts';
import type { WalletKey } from './presentation.ts';
import { fetchRequest, type PresentationRequest } from './request.ts';
import { share } from './wallet.ts';

type CredentialFault = (typeof credentialFaults)[number];

const PrivateKey = v.object({ kty: v.string(), crv: v.string(), x: v.string(), y: v.string(), d: v.string() });
type PrivateKey = v.InferOutput<typeof PrivateKey>;
const StatusClaim = v.object({ status: v.object({ status_list: v.object({ idx: v.number() }) }) });

/** What a wallet presents with: a private JWK, and a compact SD-JWT VC that is bound to it. */
export const WalletContents = v.object({ key: PrivateKey, credential: v.string() });
export type WalletContents = v.InferOutput<typeof WalletContents>;

interface WalletsOptions {
	readonly issuer: CredentialIssuer;
	readonly scenarios: Scenarios;
	readonly verifiers: VerifierService;
}

/** The wallets of the sandbox's people: each has one key and one credential for the life of the process. */
export class Wallets {
	readonly #options: WalletsOptions;
	readonly #keys = new Map<PersonId, PrivateKey>();
	readonly #credentials = new Map<PersonId, Promise<string>>();
	#foreignIssuer: CredentialIssuer | undefined;

	constructor(options: WalletsOptions) {
		this.#options = options;
	}

	publicKey(person: Person): PublicHolderKey {
		const { kty, crv, x, y } = this.#key(person);
		return v.parse(HolderKey, { kty, crv, x, y });
	}

	async contents(person: Person): Promise<WalletContents> {
		const credential =
			this.#credentials.get(person.id) ?? this.#options.issuer.issue({ person, holderKey: this.publicKey(person) });
		this.#credentials.set(person.id, credential);
		return { key: this.#key(person), credential: await credential };
	}

	/** Fetches and verifies the request that a link names. @throws as `fetchRequest` */
	async open(link: string): Promise<PresentationRequest> {
		return fetchRequest(link, [await this.#options.issuer.certificate()]);
	}

	/** Presents the person's credential, with the mistake of the first active scenario. */
	async share(request: PresentationRequest, personId: PersonId): Promise<Response> {
		const { scenarios, verifiers } = this.#options;
		const credentialFault = credentialFaults.find((name) => scenarios.peek(name) !== undefined);
		const presentationFault = presentationFaults.find((name) => scenarios.peek(name) !== undefined);
		for (const name of [credentialFault, presentationFault]) if (name !== undefined) scenarios.use(name);
		const { key, credential } = await this.#faulty(personById(personId), credentialFault);
		// A list that was fetched before the scenario would hide it.
		if (credentialFault !== undefined || scenarios.peek('status-list-down')) verifiers.clearStatusLists();
		return share(request, credential, await importKey(key), presentationFault);
	}

	async #faulty(person: Person, fault: CredentialFault | undefined): Promise<WalletContents> {
		if (fault === undefined) return this.contents(person);
		const { issuer } = this.#options;
		const key = fault === 'new-wallet-key' ? createKey() : this.#key(person);
		const { d: _private, ...holderKey } = key;
		this.#foreignIssuer ??= new CredentialIssuer(issuer.url);
		const credential = await (fault === 'wrong-issuer' ? this.#foreignIssuer : issuer).issue({
			person: fault === 'expired-credential' ? { ...person, credential: 'expired' } : person,
			holderKey: v.parse(HolderKey, holderKey),
			vct: fault === 'wrong-type' ? 'https://example.org/vct/library-card' : undefined
		});
		if (fault === 'revoked-credential') issuer.statuses.set(statusIndex(credential), 'revoked');
		if (fault === 'suspended-credential') issuer.statuses.set(statusIndex(credential), 'suspended');
		return { key, credential };
	}

	#key(person: Person): PrivateKey {
		const key = this.#keys.get(person.id) ?? createKey();
		this.#keys.set(person.id, key);
		return key;
	}
}

export async function importKey(key: PrivateKey): Promise<WalletKey> {
	const { d: _private, ...jwk } = key;
	return { privateKey: v.parse(v.instance(CryptoKey), await importJWK(key, 'ES256')), jwk };
}

function createKey(): PrivateKey {
	return v.parse(PrivateKey, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }));
}

function statusIndex(credential: string): number {
	const payload: unknown = JSON.parse(Buffer.from(credential.split('.')[1] ?? '', 'base64url').toString());
	return v.parse(StatusClaim, payload).status.status_list.idx;
}
