import { randomBytes, randomUUID } from 'node:crypto';

const ISSUER = 'https://login.uni-noord.example/realms/uni-noord';

interface KeycloakTokens {
	readonly accessToken: string;
	readonly refreshToken: string;
	readonly idToken: string;
}

/**
 * Tokens with the headers, claims and sizes that a new realm of Keycloak 26.7 gives a new client, with random ids and
 * signatures. `tests/keycloak` measures real ones.
 * @param roles further roles of the realm
 */
export function keycloakTokens(roles: readonly string[] = []): KeycloakTokens {
	const [sub, sid, kid] = [randomUUID(), random(18), random(32)];
	const times = { exp: 1_800_000_300, iat: 1_800_000_000 };
	const common = { iss: ISSUER, sub, azp: 'portal-frontend', sid };
	const person = {
		email_verified: true,
		name: 'Sanne de Vries',
		preferred_username: 'sanne',
		given_name: 'Sanne',
		family_name: 'de Vries',
		email: 'sanne.devries@uni-noord.example'
	};
	const signed = { alg: 'RS256', typ: 'JWT', kid };
	return {
		accessToken: jwt(signed, 256, {
			...times,
			jti: `onrtac:${randomUUID()}`,
			...common,
			aud: 'account',
			typ: 'Bearer',
			acr: '1',
			'allowed-origins': ['https://portal.uni-noord.example'],
			realm_access: { roles: ['default-roles-uni-noord', 'offline_access', 'uma_authorization', ...roles] },
			resource_access: { account: { roles: ['manage-account', 'manage-account-links', 'view-profile'] } },
			scope: 'openid email profile',
			...person
		}),
		refreshToken: jwt({ alg: 'HS512', typ: 'JWT', kid: randomUUID() }, 64, {
			...times,
			jti: randomUUID(),
			...common,
			aud: ISSUER,
			typ: 'Refresh',
			scope: 'openid basic web-origins email roles acr profile',
			aud_x: 'account',
			prov: 'default'
		}),
		idToken: jwt(signed, 256, {
			...times,
			jti: randomUUID(),
			...common,
			aud: 'portal-frontend',
			typ: 'ID',
			at_hash: random(16),
			acr: '1',
			...person
		})
	};
}

/** Names of groups of about 45 characters. Like those of a university, they differ in a few characters. */
export function groupNames(count: number): readonly string[] {
	return Array.from({ length: count }, (_, n) => {
		const course = randomBytes(3).toString('hex');
		return `urn:mace:uni-noord.example:course:${course}:${2020 + (n % 7)}`;
	});
}

function jwt(header: object, signatureBytes: number, claims: object): string {
	const encoded = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
	return [...encoded, random(signatureBytes)].join('.');
}

function random(bytes: number): string {
	return randomBytes(bytes).toString('base64url');
}
