import type { Config } from '../lib/server/config/parse';
import { examineBackends, examineBridge, examineBridgeCors, examineWalletSession } from './services';
import { examineClient, examineServiceTokens, type ServiceTokens } from './client';
import { examineDiscovery, examineStepUp, examineTokenExchange } from './discovery';
import { examineEgress, examineProxy } from './proxies';
import type { Finding } from './findings';
import { examineSessionSize, examineTokenPlace } from './session-size';
import { examineSignIn, examineSignOut } from './sign-in';
import { examineStore } from './store';
import { examineTelemetry, type TelemetryVariables } from './telemetry';

/** What to check in addition to the configuration. */
export interface Examination {
	/** A token response of the STS as text; null if there is none. */
	readonly tokens: string | null;
	/** The portal's public URL, to check the reverse proxy. */
	readonly proxy: string | undefined;
	/** Whether a wallet session may be created. */
	readonly createSession: boolean;
	readonly telemetry: TelemetryVariables;
}

/** Checks a configuration against each service that it names, in parallel. */
export async function examine(config: Config, wanted: Examination): Promise<readonly Finding[]> {
	const findings = await Promise.all([
		examineSts(config).then(async ({ findings: ofSts, tokens }) => [
			...ofSts,
			...(await examineBridgeWith(config, tokens, wanted.createSession)),
			...(await examineBackends(config, tokens.backends))
		]),
		config.signInMethods.wallet ? examineBridgeCors(config) : [],
		examineEgress(config),
		examineStore(config),
		examineTelemetry(config, wanted.telemetry),
		examineSession(config, wanted)
	]);
	return findings.flat();
}

const NO_TOKENS: ServiceTokens = { bridge: undefined, backends: new Map(), findings: [] };

async function examineSts(config: Config): Promise<{ findings: readonly Finding[]; tokens: ServiceTokens }> {
	const { metadata, findings } = await examineDiscovery(config);
	if (!metadata) return { findings, tokens: NO_TOKENS };
	const [client, signIn, signOut, tokens] = await Promise.all([
		examineClient(config, metadata),
		examineSignIn(config, metadata),
		examineSignOut(config, metadata),
		examineServiceTokens(config)
	]);
	return {
		findings: [
			...findings,
			...client,
			...examineStepUp(config, metadata),
			...examineTokenExchange(config, metadata),
			...signIn,
			...signOut,
			...tokens.findings
		],
		tokens
	};
}

async function examineBridgeWith(config: Config, tokens: ServiceTokens, createSession: boolean) {
	if (!config.signInMethods.wallet) return [];
	const findings = await examineBridge(config, tokens.bridge);
	return createSession ? [...findings, await examineWalletSession(config, tokens.bridge)] : findings;
}

async function examineSession(config: Config, { tokens, proxy }: Examination): Promise<readonly Finding[]> {
	const size =
		tokens === null ? { headBytes: null, findings: [examineTokenPlace(config)] } : examineSessionSize(config, tokens);
	if (proxy === undefined) return size.findings;
	return [...size.findings, ...(await examineProxy(config, proxy, size.headBytes ?? undefined))];
}
