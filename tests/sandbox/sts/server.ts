import Provider from 'oidc-provider';
import type { Client } from 'oidc-provider';
import type { Handoffs } from '../handoffs.ts';
import { sendJson, type Exchange } from '../http/exchange.ts';
import type { Faults } from '../http/faults.ts';
import { replay } from '../http/replay.ts';
import type { Recorder } from '../recorder.ts';
import { Accounts } from './accounts.ts';
import { alterIdTokens } from './id-tokens.ts';
import { AuthorizationLog } from './authorization-log.ts';
import { providerConfiguration, type ProviderOptions } from './configuration.ts';
import { createFederation } from './federation.ts';
import { createLogin } from './login.ts';
import { moveEndpoints, omitEndpoints } from './omissions.ts';
import { stsOperation } from './operations.ts';
import { confirmSignOut } from './sign-out.ts';
import { addTokenExchange } from './token-exchange.ts';

interface StsOptions extends Omit<ProviderOptions, 'accounts' | 'authorizations'> {
	/** The public address, and the issuer of every token. */
	issuer: string;
	/** Origin of the endpoints that only servers call, if it is another one. */
	endpointsUrl?: string | undefined;
	/** The address on which this process listens. */
	ownUrl: string;
	bridgeUrl: string;
	institutionUrl: string;
	handoffs: Handoffs;
	recorder: Recorder;
	faults: Faults;
	log: (line: string) => void;
}

export interface Sts {
	readonly authorizations: AuthorizationLog;
	readonly accounts: Accounts;
	handle(exchange: Exchange): Promise<void>;
	portalClient(): Promise<Client>;
}

/** An OpenID Connect provider, with the federation of the sandbox. */
export function createSts(options: StsOptions): Sts {
	const { issuer, endpointsUrl, ownUrl, scenarios, recorder, faults, log } = options;
	const accounts = new Accounts();
	const authorizations = new AuthorizationLog();
	const provider = new Provider(issuer, providerConfiguration({ ...options, accounts, authorizations }));
	provider.on('server_error', (_ctx: unknown, error: unknown) => log(`STS: ${String(error)}`));
	provider.on('backchannel.error', (_ctx: unknown, error: unknown) =>
		log(`STS: logout token refused: ${String(error)}`)
	);
	authorizations.watch(provider);
	addTokenExchange(provider, options.key);
	omitEndpoints(provider, scenarios);
	if (endpointsUrl !== undefined) moveEndpoints(provider, endpointsUrl);
	// A proxy in front terminates TLS, and passes the bytes on unchanged.
	const isBehindTls = new URL(issuer).protocol === 'https:';
	provider.proxy = isBehindTls;
	confirmSignOut(provider, () => ownUrl);
	provider.use(async (ctx, next) => {
		await next();
		const location = [ctx.response.get('location')].flat()[0] ?? '';
		if (!isCallback(location) || !scenarios.use('sts-wrong-state')) return;
		const altered = new URL(location);
		altered.searchParams.set('state', 'not-the-state');
		ctx.set('location', altered.href);
	});

	alterIdTokens(provider, scenarios, options.key);

	const federation = createFederation(options);
	const login = createLogin({ ...options, provider, accounts });
	const oidc = provider.callback();

	return {
		authorizations,
		accounts,
		handle: async (exchange) => {
			const operation = stsOperation(exchange);
			recorder.note('sts', operation, exchange);
			if (isBehindTls) exchange.request.headers['x-forwarded-proto'] = 'https';
			if (await faults(exchange, operation)) return;
			if (await federation(exchange)) return;
			if (exchange.request.headers.authorization?.startsWith('Basic ')) {
				// The provider accepts Basic as well as a posted secret; the real STS does not.
				sendJson(exchange, 401, { error: 'invalid_client', error_description: 'client authentication failed' });
				return;
			}
			if (operation === 'interaction') await login(exchange);
			else await oidc(replay(exchange.request, exchange.body), exchange.response);
		},
		portalClient: async () => {
			const client = await provider.Client.find(options.clientId);
			if (client === undefined) throw new TypeError('the portal is always a client');
			return client;
		}
	};
}

function isCallback(location: string): boolean {
	return URL.canParse(location) && new URL(location).pathname.startsWith('/api/auth/callback/');
}
