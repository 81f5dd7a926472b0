import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type KeycloakAddress, KeycloakAdmin } from './admin.ts';

/** The portal's address in the realm's file. */
const PORTAL_IN_FILE = 'http://localhost:3000';

/** Somebody with an account in the realm. */
export interface Person {
	readonly username: string;
	readonly password: string;
	readonly name: string;
}

/** A realm of a run's own, in a running Keycloak. */
export interface Realm {
	readonly name: string;
	readonly issuer: string;
	readonly admin: KeycloakAdmin;
	readonly person: Person;
	/** The secret that Keycloak made for a client; the file has none. */
	secretOf(clientId: string): Promise<string>;
	/** Lets a client have a default scope no longer; returns what gives it back. */
	withdrawScope(clientId: string, scope: string): Promise<() => Promise<unknown>>;
	/** Adds a protocol mapper to the portal's client: what its tokens contain. */
	addMapper(protocolMapper: string, config: Readonly<Record<string, string>>): Promise<unknown>;
	remove(): Promise<void>;
}

/**
 * Makes the realm of `realm.json` for a portal at this address, with somebody in it.
 * @param groups names of groups of the realm that the person is in
 */
export async function createRealm(
	keycloak: KeycloakAddress,
	portalUrl: string,
	groups: readonly string[] = []
): Promise<Realm> {
	const text = await readFile(new URL('../realm.json', import.meta.url), 'utf8');
	const name = `eduid-${randomBytes(4).toString('hex')}`;
	const admin = new KeycloakAdmin(keycloak);
	const wanted = JSON.parse(text.replaceAll(PORTAL_IN_FILE, portalUrl)) as Record<string, unknown>;
	await admin.do('POST', '', { ...wanted, realm: name, groups: groups.map((group) => ({ name: group })) });
	return useRealm(keycloak, name, { groups: groups.map((group) => `/${group}`) });
}

/** A realm that is already there, and somebody new in it, with these attributes and paths of groups. */
export async function useRealm(keycloak: KeycloakAddress, name: string, more: PersonFields = {}): Promise<Realm> {
	const admin = new KeycloakAdmin(keycloak);
	return {
		name,
		issuer: `${keycloak.url}/realms/${name}`,
		admin,
		person: await addPerson(admin, name, more),
		secretOf: (clientId) => admin.clientSecret(name, clientId),
		withdrawScope: async (clientId, scope) => {
			const client = await admin.clientId(name, clientId);
			const path = `/${name}/clients/${client}/default-client-scopes/${await admin.scopeId(name, scope)}`;
			await admin.do('DELETE', path);
			return () => admin.do('PUT', path);
		},
		addMapper: async (protocolMapper, config) =>
			admin.do('POST', `/${name}/clients/${await admin.clientId(name, 'portal-frontend')}/protocol-mappers/models`, {
				name: protocolMapper,
				protocol: 'openid-connect',
				protocolMapper,
				config
			}),
		remove: async () => {
			await admin.do('DELETE', `/${name}`);
		}
	};
}

/** Further fields of a person, as Keycloak's `UserRepresentation` names them. */
interface PersonFields {
	readonly attributes?: Readonly<Record<string, string[]>>;
	readonly groups?: readonly string[];
}

async function addPerson(admin: KeycloakAdmin, realm: string, more: PersonFields) {
	const password = randomBytes(18).toString('base64url');
	await admin.do('POST', `/${realm}/users`, {
		username: 'sanne',
		enabled: true,
		email: 'sanne@uni-noord.example',
		emailVerified: true,
		firstName: 'Sanne',
		lastName: 'de Vries',
		...more,
		credentials: [{ type: 'password', value: password }]
	});
	return { username: 'sanne', password, name: 'Sanne de Vries' } satisfies Person;
}
