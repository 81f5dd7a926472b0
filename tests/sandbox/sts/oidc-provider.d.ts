/** The part of `oidc-provider` 9 that the sandbox uses; the package ships no types. */
declare module 'oidc-provider' {
	import type { EventEmitter } from 'node:events';
	import type { IncomingMessage, ServerResponse } from 'node:http';
	import type { Readable } from 'node:stream';

	export interface Grant {
		readonly accountId?: string;
		addOIDCScope(scope: string): void;
		addOIDCClaims(claims: string[]): void;
		addResourceScope(resource: string, scope: string): void;
		save(): Promise<string>;
	}

	export interface Session {
		readonly accountId?: string;
		readonly acr?: string;
		destroy(): Promise<void>;
	}

	export interface AccessToken {
		readonly accountId: string | undefined;
		readonly clientId: string | undefined;
		/** The lifetime in seconds. */
		readonly expiration: number;
		resourceServer: object;
		save(): Promise<string>;
	}

	export interface Interaction {
		readonly uid: string;
		readonly params: Record<string, unknown>;
		session?: { readonly uid: string; readonly accountId: string } | undefined;
		persist(): Promise<string>;
	}

	export interface Client {
		readonly clientId: string;
		grantTypeAllowed(grantType: string): boolean;
		backchannelLogout(accountId: string, sid?: string): Promise<void>;
	}

	export interface Context {
		readonly path: string;
		readonly method: string;
		readonly query: Record<string, unknown>;
		readonly req: IncomingMessage;
		readonly res: ServerResponse;
		readonly response: { get(field: string): string | string[] };
		body: unknown;
		status: number;
		type: string;
		get(field: string): string;
		set(field: string, value: string | string[]): void;
		readonly oidc: {
			readonly provider: Provider;
			readonly client: Client;
			readonly body: Record<string, unknown>;
			readonly params: Record<string, unknown>;
			readonly result?: { readonly login?: unknown };
			readonly session: Session;
			readonly requestParamOIDCScopes: Set<string>;
			readonly requestParamClaims: Set<string>;
			readonly resourceServers: Record<string, { readonly scope: string }>;
		};
	}

	export interface Adapter {
		upsert(id: string, payload: Record<string, unknown>, expiresInSeconds?: number): Promise<void>;
		find(id: string): Promise<Record<string, unknown> | undefined>;
		findByUid(uid: string): Promise<Record<string, unknown> | undefined>;
		findByUserCode(userCode: string): Promise<Record<string, unknown> | undefined>;
		destroy(id: string): Promise<void>;
		revokeByGrantId(grantId: string): Promise<void>;
		consume(id: string): Promise<void>;
	}

	export default class Provider extends EventEmitter {
		constructor(issuer: string, configuration: Record<string, unknown>);
		readonly issuer: string;
		/** Whether X-Forwarded-* headers count. */
		proxy: boolean;
		readonly Grant: new (properties: { accountId: string | undefined; clientId: string }) => Grant;
		readonly Session: { findByUid(uid: string): Promise<Session | undefined> };
		readonly AccessToken: (new (properties: Record<string, unknown>) => AccessToken) & {
			find(token: string): Promise<AccessToken | undefined>;
		};
		readonly ResourceServer: new (identifier: string, settings: Record<string, unknown>) => object;
		registerGrantType(name: string, handler: (ctx: Context) => Promise<void>, parameters: readonly string[]): void;
		readonly Client: { find(id: string): Promise<Client | undefined> };
		use(middleware: (ctx: Context, next: () => Promise<void>) => Promise<void>): this;
		callback(): (request: Readable, response: ServerResponse) => Promise<void>;
		interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
		interactionFinished(
			request: IncomingMessage,
			response: ServerResponse,
			result: Record<string, unknown>,
			options: { mergeWithLastSubmission: boolean }
		): Promise<void>;
	}

	export namespace errors {
		const InvalidClientAuth: new (detail: string) => Error;
		const InvalidRequest: new (description: string) => Error;
		const InvalidTarget: new (description: string) => Error;
	}

	export namespace interactionPolicy {
		interface Check {
			readonly reason: string;
		}
		const Check: new (reason: string, description: string, error: string, check: (ctx: Context) => boolean) => Check;
		interface Prompt {
			readonly checks: { add(check: Check): void };
		}
		interface Policy extends Array<Prompt> {
			get(name: string): Prompt | undefined;
			remove(name: string): void;
		}
		function base(): Policy;
	}
}
