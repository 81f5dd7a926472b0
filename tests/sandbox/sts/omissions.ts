import type Provider from 'oidc-provider';
import type { ScenarioName, Scenarios } from '../scenarios.ts';

interface Omission {
	readonly scenario: ScenarioName;
	readonly field: string;
	/** The path of an endpoint. */
	readonly path?: string;
}

/** Endpoints and features that some deployments lack. */
const omissions: readonly Omission[] = [
	{ scenario: 'no-par', field: 'pushed_authorization_request_endpoint', path: '/request' },
	{ scenario: 'no-end-session', field: 'end_session_endpoint', path: '/session/end' },
	{ scenario: 'no-userinfo', field: 'userinfo_endpoint', path: '/me' },
	{ scenario: 'no-claims-parameter', field: 'claims_parameter_supported' },
	{ scenario: 'no-revocation', field: 'revocation_endpoint', path: '/token/revocation' }
];

/** Endpoints that only servers call. */
const serverEndpoints = [
	'token_endpoint',
	'jwks_uri',
	'pushed_authorization_request_endpoint',
	'revocation_endpoint',
	'userinfo_endpoint'
];

/** Lists these endpoints at another origin in the discovery document; that origin leads here too. */
export function moveEndpoints(provider: Provider, endpointsUrl: string): void {
	provider.use(async (ctx, next) => {
		await next();
		const document = ctx.body;
		if (!ctx.path.startsWith('/.well-known/') || typeof document !== 'object' || document === null) return;
		for (const name of serverEndpoints) {
			const address: unknown = Reflect.get(document, name);
			if (typeof address === 'string') Reflect.set(document, name, endpointsUrl + new URL(address).pathname);
		}
	});
}

/** Removes endpoints while a scenario is active: from discovery, and with a 404 for requests. */
export function omitEndpoints(provider: Provider, scenarios: Scenarios): void {
	provider.use(async (ctx, next) => {
		const absent = omissions.filter(({ scenario }) => scenarios.peek(scenario) !== undefined);
		if (absent.some(({ path }) => path === ctx.path)) {
			ctx.status = 404;
			return;
		}
		await next();
		const document = ctx.body;
		if (!ctx.path.startsWith('/.well-known/') || typeof document !== 'object' || document === null) return;
		for (const { field } of absent) Reflect.deleteProperty(document, field);
	});
}
