import * as v from 'valibot';
import type { Realm } from './realm.ts';

const SETTINGS = [
	'enabled',
	'revokeRefreshToken',
	'refreshTokenMaxReuse',
	'accessTokenLifespan',
	'ssoSessionIdleTimeout',
	'ssoSessionMaxLifespan',
	'eventsEnabled',
	'eventsExpiration'
];
const CLIENTS = ['portal-frontend', 'portal-api', 'library-app'];
const SCOPES = ['eduid', 'portal-api', 'wallet:sessions', 'profile:read'];
/** What Keycloak makes up anew for each. */
const OWN = new Set(['id', 'secret', 'client.secret.creation.time']);

const Named = v.array(v.looseObject({ name: v.string() }));
const Clients = v.array(v.looseObject({ clientId: v.string() }));

/** What a realm has for the portal, as Keycloak keeps it, without what differs from one realm to another. */
export async function portalParts({ admin, name }: Realm, portalUrl: string): Promise<unknown> {
	const realm = await admin.ask(v.looseObject({ enabledEventTypes: v.array(v.string()) }), 'GET', `/${name}`);
	const scopes = await admin.ask(Named, 'GET', `/${name}/client-scopes`);
	const clients = await admin.ask(Clients, 'GET', `/${name}/clients`);
	const parts = {
		settings: { ...Object.fromEntries(SETTINGS.map((key) => [key, realm[key]])), events: realm.enabledEventTypes },
		scopes: SCOPES.map((wanted) => scopes.find((scope) => scope.name === wanted)),
		clients: CLIENTS.map((wanted) => clients.find(({ clientId }) => clientId === wanted))
	};
	return JSON.parse(JSON.stringify(parts).replaceAll(portalUrl, 'https://portal.example'), common);
}

/** Leaves out what is of one realm alone, or a default that one way of making it writes down; puts lists in order. */
function common(key: string, value: unknown): unknown {
	if (OWN.has(key)) return undefined;
	if (key === 'attributes') return withoutDefaults(value as Record<string, unknown>);
	return Array.isArray(value) ? value.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))) : value;
}

function withoutDefaults(attributes: Record<string, unknown>): unknown {
	const hasLogout = 'backchannel.logout.url' in attributes;
	const isDefault = ([name, value]: [string, unknown]) =>
		value === '+' ||
		name === 'backchannel.logout.revoke.offline.tokens' ||
		(!hasLogout && name.startsWith('backchannel.logout.'));
	return Object.fromEntries(Object.entries(attributes).filter((entry) => !isDefault(entry)));
}
