import { readFileSync } from 'node:fs';
import { root } from '../tasks/runtime.mjs';
import {
	clientIdPrefixes,
	responseModes,
	type ClientIdPrefix,
	type ResponseMode
} from '../sandbox/verifier/settings.ts';

const products = {
	irmago: { name: 'irmago', version: irmagoVersion },
	openid4vc: { name: '@openid4vc/openid4vp', version: openid4vcVersion }
};
export type Product = keyof typeof products;

/** What a person sees at the portal, or what the wallet makes of the credential. */
export type CaseKind = 'signs-in' | 'links' | 'wrong-nonce' | 'revoked' | 'verifies-credential';

const texts: Readonly<Record<CaseKind, string>> = {
	'signs-in': 'a linked person signs in',
	links: 'a new wallet is linked by a visit to the institution, and signs in',
	'wrong-nonce': 'a presentation for another request is refused',
	revoked: 'a revoked credential is refused',
	'verifies-credential': 'the wallet accepts the credential, its issuer and its status'
};

export interface InteropCase {
	readonly product: Product;
	readonly clientIdPrefix: ClientIdPrefix;
	readonly responseMode: ResponseMode;
	readonly kind: CaseKind;
}

const profiles = clientIdPrefixes.flatMap((clientIdPrefix) =>
	responseModes.map((responseMode) => ({ clientIdPrefix, responseMode }))
);
/** That of HAIP, and the sandbox's default. */
const defaultProfile = { clientIdPrefix: 'x509_hash', responseMode: 'direct_post.jwt' } as const;

export const cases: readonly InteropCase[] = [
	...casesOf('irmago', ['links', 'wrong-nonce', 'revoked', 'verifies-credential']),
	...casesOf('openid4vc', ['links', 'wrong-nonce', 'revoked'])
];

function casesOf(product: Product, others: readonly CaseKind[]): InteropCase[] {
	return [
		...profiles.map((profile) => ({ product, ...profile, kind: 'signs-in' as const })),
		...others.map((kind) => ({ product, ...defaultProfile, kind }))
	];
}

/** The name of a test, and of its result. */
export function caseName({ product, clientIdPrefix, responseMode, kind }: InteropCase): string {
	return `${product}, ${clientIdPrefix}, ${responseMode}: ${texts[kind]}`;
}

/** The cells of the case's row in docs/interoperability.md, before the results. */
export function caseCells({ product, clientIdPrefix, responseMode, kind }: InteropCase): string[] {
	const { name, version } = products[product];
	return [name, version(), `\`${clientIdPrefix}\`, \`${responseMode}\``, texts[kind]];
}

function irmagoVersion(): string {
	const module = readFileSync(`${root}/tests/interop/irmago/go.mod`, 'utf8');
	return /irmago v([\d.]+)$/m.exec(module)?.[1] ?? '';
}

function openid4vcVersion(): string {
	const { devDependencies } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
		devDependencies: Record<string, string>;
	};
	return devDependencies['@openid4vc/openid4vp'] ?? '';
}
