import process from 'node:process';
import * as v from 'valibot';
import { PortTakenError } from './http/listener.ts';
import { startSandbox, type Sandbox } from './index.ts';
import { people, personLabel } from './people.ts';
import { clientIdPrefixes, responseModes } from './verifier/settings.ts';

const number = v.optional(v.pipe(v.string(), v.regex(/^\d+$/, 'must be a whole number'), v.transform(Number)));
const text = v.optional(v.pipe(v.string(), v.minLength(1)));

const Environment = v.object({
	PORTAL_URL: v.optional(
		v.pipe(
			v.string(),
			v.transform((list) => list.split(/\s+/))
		)
	),
	SANDBOX_HOST: text,
	SANDBOX_STS_PORT: number,
	SANDBOX_BRIDGE_PORT: number,
	SANDBOX_INSTITUTION_PORT: number,
	SANDBOX_CONTROL_PORT: number,
	SANDBOX_DIALECT: v.optional(v.picklist(['doc', 'field'])),
	SANDBOX_CLIENT_ID: text,
	SANDBOX_CLIENT_SECRET: text,
	SANDBOX_ACCESS_TOKEN_SECONDS: number,
	SANDBOX_ID_TOKEN_ALGORITHM: v.optional(v.picklist(['ES256', 'RS256'])),
	SANDBOX_STS_PUBLIC_URL: text,
	SANDBOX_INSTITUTION_PUBLIC_URL: text,
	SANDBOX_BRIDGE_PUBLIC_URL: v.optional(
		v.pipe(
			v.string(),
			v.url(),
			v.transform((url) => new URL(url).origin)
		)
	),
	SANDBOX_WALLET_URL: text,
	SANDBOX_CLIENT_ID_PREFIX: v.optional(v.picklist(clientIdPrefixes)),
	SANDBOX_RESPONSE_MODE: v.optional(v.picklist(responseModes)),
	SANDBOX_DC_API: v.optional(v.picklist(['true', 'false']), 'true'),
	SANDBOX_BACKCHANNEL_LOGOUT_URL: text
});

async function start(): Promise<Sandbox> {
	const environment = v.parse(Environment, process.env);
	return startSandbox({
		portalUrl: environment.PORTAL_URL,
		host: environment.SANDBOX_HOST,
		stsPort: environment.SANDBOX_STS_PORT,
		bridgePort: environment.SANDBOX_BRIDGE_PORT,
		institutionPort: environment.SANDBOX_INSTITUTION_PORT,
		controlPort: environment.SANDBOX_CONTROL_PORT,
		dialect: environment.SANDBOX_DIALECT,
		clientId: environment.SANDBOX_CLIENT_ID,
		clientSecret: environment.SANDBOX_CLIENT_SECRET,
		accessTokenSeconds: environment.SANDBOX_ACCESS_TOKEN_SECONDS,
		idTokenAlgorithm: environment.SANDBOX_ID_TOKEN_ALGORITHM,
		stsPublicUrl: environment.SANDBOX_STS_PUBLIC_URL,
		institutionPublicUrl: environment.SANDBOX_INSTITUTION_PUBLIC_URL,
		bridgePublicUrl: environment.SANDBOX_BRIDGE_PUBLIC_URL,
		walletUrl: environment.SANDBOX_WALLET_URL,
		clientIdPrefix: environment.SANDBOX_CLIENT_ID_PREFIX,
		responseMode: environment.SANDBOX_RESPONSE_MODE,
		dcApi: environment.SANDBOX_DC_API === 'true',
		backchannelLogoutUrl: environment.SANDBOX_BACKCHANNEL_LOGOUT_URL,
		log: (line) => console.error(line)
	});
}

/** A known error as one line for an operator; anything else is a bug, and is shown with its stack. */
function explain(error: unknown): string {
	if (error instanceof PortTakenError) return error.message;
	if (!v.isValiError(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
	return error.issues.map((issue) => `${v.getDotPath(issue) ?? 'environment'}: ${issue.message}`).join('\n');
}

try {
	const sandbox = await start();
	console.log(`STS           ${sandbox.stsUrl}
Auth Bridge   ${sandbox.bridgeUrl}
Test wallet   ${sandbox.bridgeUrl}/wallet
Institution   ${sandbox.institutionUrl}
Control       ${sandbox.controlUrl}
People        ${people.map(personLabel).join('\n              ')}`);

	const stop = () => {
		sandbox.stop().then(
			() => process.exit(0),
			() => process.exit(1)
		);
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
} catch (error) {
	console.error(explain(error));
	process.exitCode = 1;
}
