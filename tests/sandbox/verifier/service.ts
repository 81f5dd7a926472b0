import type { CredentialIssuer } from '../issuer/issuer.ts';
import type { ClientIdPrefix } from './identity.ts';
import type { RequestOptions, Transaction, Verifier } from './verifier.ts';

export interface VerifierServiceOptions {
	/** The address of `createVerifierRoutes`. */
	readonly url: string;
	/** Its test CA certifies the verifier, and is the only one whose credentials are accepted. */
	readonly issuer: CredentialIssuer;
}

export interface NewRequest extends RequestOptions {
	readonly clientIdPrefix: ClientIdPrefix;
}

/** The sandbox's verifiers, one per kind of client id, created at the first request. */
export class VerifierService {
	readonly #options: VerifierServiceOptions;
	#verifiers: Promise<Readonly<Record<ClientIdPrefix, Verifier>>> | undefined;
	readonly #requests = new Map<string, { verifier: Verifier; transaction: Transaction }>();

	constructor(options: VerifierServiceOptions) {
		this.#options = options;
	}

	/** @throws {RangeError} for an unknown `queryId` */
	async create({ clientIdPrefix, ...options }: NewRequest): Promise<Transaction> {
		this.#verifiers ??= createVerifiers(this.#options);
		const { [clientIdPrefix]: verifier } = await this.#verifiers;
		const transaction = await verifier.create(options);
		this.#requests.set(transaction.id, { verifier, transaction });
		return transaction;
	}

	find(id: string): { verifier: Verifier; transaction: Transaction } | undefined {
		return this.#requests.get(id);
	}

	reset(): void {
		this.#requests.clear();
	}
}

async function createVerifiers({ url, issuer }: VerifierServiceOptions) {
	const [{ createIdentity }, { StatusLists }, { Verifier }] = await Promise.all([
		import('./identity.ts'),
		import('./status-lists.ts'),
		import('./verifier.ts')
	]);
	const now = () => Date.now();
	const key = await issuer.certify('Sandbox verifier', url);
	const trustAnchors = [await issuer.certificate()];
	const trusted = { issuer: issuer.url, trustAnchors, now };
	const statusLists = new StatusLists({ ...trusted, fetch });
	const create = async (prefix: ClientIdPrefix) =>
		new Verifier({ ...trusted, identity: await createIdentity(prefix, key), url, statusLists });
	return {
		x509_hash: await create('x509_hash'),
		decentralized_identifier: await create('decentralized_identifier')
	};
}
