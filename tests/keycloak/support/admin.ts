import * as v from 'valibot';

const Token = v.object({ access_token: v.string() });
const Identified = v.object({ id: v.string() });
const Secret = v.object({ value: v.string() });
const Events = v.array(v.object({ type: v.string(), error: v.optional(v.string()) }));

/** Where a Keycloak is, and who may set it up. */
export interface KeycloakAddress {
	/** Its base address; older ones end in `/auth`. */
	readonly url: string;
	readonly user: string;
	readonly password: string;
}

/** Keycloak's admin REST API: what an administrator does in the console. */
export class KeycloakAdmin {
	readonly #address: KeycloakAddress;

	constructor(address: KeycloakAddress) {
		this.#address = address;
	}

	/** One call below `/admin/realms`; returns what it responded with, parsed by the schema. */
	async ask<Value>(schema: v.GenericSchema<unknown, Value>, method: string, path: string, json?: unknown) {
		const response = await fetch(`${this.#address.url}/admin/realms${path}`, {
			method,
			headers: { authorization: `Bearer ${await this.#token()}`, 'content-type': 'application/json' },
			...(json === undefined ? {} : { body: JSON.stringify(json) })
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`Keycloak responded with ${response.status} to ${method} ${path}: ${text}`);
		return v.parse(schema, text === '' ? undefined : JSON.parse(text));
	}

	do(method: string, path: string, json?: unknown): Promise<unknown> {
		return this.ask(v.unknown(), method, path, json);
	}

	/** Keycloak's own id of a client. */
	async clientId(realm: string, clientId: string): Promise<string> {
		const found = await this.ask(
			v.array(Identified),
			'GET',
			`/${realm}/clients?clientId=${encodeURIComponent(clientId)}`
		);
		return only(found, clientId).id;
	}

	async clientSecret(realm: string, clientId: string): Promise<string> {
		const id = await this.clientId(realm, clientId);
		return (await this.ask(Secret, 'GET', `/${realm}/clients/${id}/client-secret`)).value;
	}

	async scopeId(realm: string, name: string): Promise<string> {
		const Scopes = v.array(v.object({ id: v.string(), name: v.string() }));
		const scopes = await this.ask(Scopes, 'GET', `/${realm}/client-scopes`);
		return only(
			scopes.filter((scope) => scope.name === name),
			name
		).id;
	}

	async userId(realm: string, username: string): Promise<string> {
		const path = `/${realm}/users?exact=true&username=${encodeURIComponent(username)}`;
		return only(await this.ask(v.array(Identified), 'GET', path), username).id;
	}

	/** How often something of this kind has happened at a client, by Keycloak's own events; faults are a kind of their own. */
	async countEvents(realm: string, type: string): Promise<number> {
		return (await this.ask(Events, 'GET', `/${realm}/events?type=${type}&max=1000`)).length;
	}

	async #token(): Promise<string> {
		const { url, user, password } = this.#address;
		const response = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
			method: 'POST',
			body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: user, password })
		});
		if (!response.ok) throw new Error(`Keycloak at ${url} refuses its administrator: ${await response.text()}`);
		return v.parse(Token, await response.json()).access_token;
	}
}

function only<Value>(found: readonly Value[], name: string): Value {
	const [first] = found;
	if (first === undefined) throw new Error(`Keycloak has no "${name}"`);
	return first;
}
