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
	/** Lets a client have a default scope no longer; answers what gives it back. */
	withdrawScope(clientId: string, scope: string): Promise<() => Promise<unknown>>;
	remove(): Promise<void>;
}

/** Makes the realm of `realm.json` for a portal at this address, with somebody in it. */
export async function createRealm(keycloak: KeycloakAddress, portalUrl: string): Promise<Realm> {
	const text = await readFile(new URL('../realm.json', import.meta.url), 'utf8');
	const name = `eduid-${randomBytes(4).toString('hex')}`;
	const admin = new KeycloakAdmin(keycloak);
	const wanted = JSON.parse(text.replaceAll(PORTAL_IN_FILE, portalUrl)) as Record<string, unknown>;
	await admin.do('POST', '', { ...wanted, realm: name });
	return useRealm(keycloak, name);
}

/** A realm that is already there, and somebody new in it, with these attributes. */
export async function useRealm(
	keycloak: KeycloakAddress,
	name: string,
	attributes: Readonly<Record<string, string[]>> = {}
): Promise<Realm> {
	const admin = new KeycloakAdmin(keycloak);
	return {
		name,
		issuer: `${keycloak.url}/realms/${name}`,
		admin,
		person: await addPerson(admin, name, attributes),
		secretOf: (clientId) => admin.clientSecret(name, clientId),
		withdrawScope: async (clientId, scope) => {
			const client = await admin.clientId(name, clientId);
			const path = `/${name}/clients/${client}/default-client-scopes/${await admin.scopeId(name, scope)}`;
			await admin.do('DELETE', path);
			return () => admin.do('PUT', path);
		},
		remove: async () => {
			await admin.do('DELETE', `/${name}`);
		}
	};
}

async function addPerson(admin: KeycloakAdmin, realm: string, attributes: Readonly<Record<string, string[]>>) {
	const password = randomBytes(18).toString('base64url');
	await admin.do('POST', `/${realm}/users`, {
		username: 'sanne',
		enabled: true,
		email: 'sanne@uni-noord.example',
		emailVerified: true,
		firstName: 'Sanne',
		lastName: 'de Vries',
		attributes,
		credentials: [{ type: 'password', value: password }]
	});
	return { username: 'sanne', password, name: 'Sanne de Vries' } satisfies Person;
}
