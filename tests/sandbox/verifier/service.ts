import type { CredentialIssuer } from '../issuer/issuer.ts';
import { verifierPath } from './routes.ts';
import type { ClientIdPrefix, VerifierChanges, VerifierSettings } from './settings.ts';
import { createIdentity } from './identity.ts';
import { StatusLists } from './status-lists.ts';
import { Verifier, type RequestOptions, type Transaction } from './verifier.ts';

interface VerifierServiceOptions {
	/** The settings at the start, and after `reset`. */
	readonly settings: VerifierSettings;
	/** Its test CA certifies the verifier, and is the only one whose credentials are accepted. */
	readonly issuer: CredentialIssuer;
}

export type NewRequest = VerifierChanges & Omit<RequestOptions, 'url' | keyof VerifierSettings>;

/** The sandbox's verifiers, one per kind of client id, created at the first request. */
export class VerifierService {
	readonly #options: VerifierServiceOptions;
	#settings: VerifierSettings;
	#verifiers: ReturnType<typeof createVerifiers> | undefined;
	#statusLists: StatusLists | undefined;
	readonly #requests = new Map<string, { verifier: Verifier; transaction: Transaction }>();

	constructor(options: VerifierServiceOptions) {
		this.#options = options;
		this.#settings = options.settings;
	}

	get settings(): VerifierSettings {
		return this.#settings;
	}

	/** Changes settings for new requests; absent ones stay as they are. */
	configure(changes: VerifierChanges): VerifierSettings {
		this.#settings = { ...this.#settings, ...changes };
		return this.#settings;
	}

	/** Creates keys and certificates, so that the first request is as fast as the others. */
	async prepare(): ReturnType<typeof createVerifiers> {
		this.#verifiers ??= createVerifiers(this.#options);
		const verifiers = await this.#verifiers;
		this.#statusLists = verifiers.statusLists;
		return verifiers;
	}

	/** @throws {RangeError} for an unknown `queryId` */
	async create(request: NewRequest): Promise<Transaction> {
		const { clientIdPrefix, publicUrl, dcApi, dcApiOrigins, ...options } = { ...this.#settings, ...request };
		const { [clientIdPrefix]: verifier } = await this.prepare();
		const transaction = await verifier.create({
			...options,
			url: `${publicUrl}${verifierPath}`,
			dcApiOrigins: dcApi ? dcApiOrigins : undefined
		});
		this.#requests.set(transaction.id, { verifier, transaction });
		return transaction;
	}

	find(id: string): { verifier: Verifier; transaction: Transaction } | undefined {
		return this.#requests.get(id);
	}

	/** Forgets cached status lists, so that a change of a status counts at once. */
	clearStatusLists(): void {
		this.#statusLists?.clear();
	}

	/** Requests of before are unknown afterwards. */
	reset(): void {
		this.#settings = this.#options.settings;
		for (const { verifier, transaction } of this.#requests.values()) verifier.forget(transaction.id);
		this.#requests.clear();
		this.clearStatusLists();
	}
}

async function createVerifiers({ settings, issuer }: VerifierServiceOptions) {
	const now = () => Date.now();
	const key = await issuer.certify('Sandbox verifier', `${settings.publicUrl}${verifierPath}`);
	const trustAnchors = [await issuer.certificate()];
	const trusted = { issuer: issuer.url, trustAnchors, now };
	const statusLists = new StatusLists({ ...trusted, fetch });
	const create = async (prefix: ClientIdPrefix) =>
		new Verifier({ ...trusted, identity: await createIdentity(prefix, key), statusLists });
	return {
		x509_hash: await create('x509_hash'),
		decentralized_identifier: await create('decentralized_identifier'),
		statusLists
	};
}
