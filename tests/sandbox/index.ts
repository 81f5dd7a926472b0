import { createErrorWriter } from './bridge/errors.ts';
import { createBridgeRoutes } from './bridge/routes.ts';
import { BridgeService } from './bridge/service.ts';
import { createControlRoutes } from './control/routes.ts';
import { createControls, type Controls } from './control/controls.ts';
import { Handoffs } from './handoffs.ts';
import { sendHtml, sendJson, type Exchange } from './http/exchange.ts';
import { createFaults } from './http/faults.ts';
import { page } from './http/html.ts';
import { serving } from './http/serve.ts';
import { createInstitutionRoutes } from './institution/routes.ts';
import { CredentialIssuer } from './issuer/issuer.ts';
import { createIssuerRoutes, issuerPath } from './issuer/routes.ts';
import { withDefaults, type SandboxOptions } from './options.ts';
import { openPorts } from './ports.ts';
import { Recorder } from './recorder.ts';
import { Scenarios } from './scenarios.ts';
import { createSigningKey } from './sts/keys.ts';
import { createSts } from './sts/server.ts';
import { createVerifierRoutes } from './verifier/routes.ts';
import { VerifierService } from './verifier/service.ts';
import { Wallets } from './wallet/people.ts';
import { createWalletRoutes } from './wallet/routes.ts';

export interface Sandbox extends Controls {
	/** The issuer. */
	readonly stsUrl: string;
	readonly bridgeUrl: string;
	readonly institutionUrl: string;
	readonly controlUrl: string;
	stop(): Promise<void>;
}

/**
 * Starts the whole landscape in this process; `stop` ends all of it.
 * @throws {import('./http/listener.ts').PortTakenError} naming the part whose port is in use
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const set = withDefaults(options);
	const { log, portalUrl, portalOrigins } = set;
	const { listeners, close } = await openPorts(set.host, set.ports);
	const institutionUrl = options.institutionPublicUrl ?? `http://127.0.0.1:${listeners.institution.port}`;
	const controlUrl = `http://127.0.0.1:${listeners.control.port}`;
	const bridgeUrl = `http://localhost:${listeners.bridge.port}`;
	const stsUrl = options.stsPublicUrl ?? `http://localhost:${listeners.sts.port}`;
	const shared = {
		scenarios: new Scenarios(),
		recorder: new Recorder(),
		handoffs: new Handoffs(),
		bridgeUrl,
		institutionUrl,
		stsUrl,
		portalOrigins
	};
	const { scenarios, recorder, handoffs } = shared;
	const trapUrl = `${controlUrl}/trap`;

	const key = await createSigningKey(set.idTokenAlgorithm);
	const sts = createSts({
		...shared,
		issuer: stsUrl,
		endpointsUrl: options.stsEndpointsUrl,
		ownUrl: `http://127.0.0.1:${listeners.sts.port}`,
		clientId: set.clientId,
		clientSecret: set.clientSecret,
		clientKeys: set.clientKeys,
		accessTokenSeconds: set.accessTokenSeconds,
		backchannelLogoutUrl: set.backchannelLogoutUrl,
		send: set.send,
		apiAudience: `${portalUrl}/api`,
		key,
		log,
		faults: createFaults({
			scenarios,
			target: 'sts',
			trapUrl,
			sendError: (exchange, status, error) => sendJson(exchange, status, { error, error_description: error })
		})
	});
	const issuer = new CredentialIssuer(`${bridgeUrl}${issuerPath}`);
	const settings = {
		clientIdPrefix: set.clientIdPrefix,
		responseMode: set.responseMode,
		publicUrl: options.bridgePublicUrl ?? bridgeUrl,
		walletUrl: options.walletUrl ?? `${bridgeUrl}/wallet`,
		dcApi: options.dcApi ?? false
	};
	const verifiers = new VerifierService({ settings, issuer });
	const wallets = new Wallets({ issuer, scenarios, verifiers });
	const service = new BridgeService({ ...shared, dialect: set.dialect, verifiers, wallets });
	const errors = createErrorWriter(set.dialect, scenarios);
	const faults = createFaults({ scenarios, target: 'bridge', trapUrl, sendError: errors.write });
	const bridge = createBridgeRoutes({ service, scenarios, recorder, faults, errors });
	const wallet = createWalletRoutes(wallets, portalUrl);
	const institution = createInstitutionRoutes(handoffs, scenarios);
	const published = createIssuerRoutes(issuer, scenarios);
	const verifier = createVerifierRoutes(verifiers);
	const controls = createControls({ scenarios, recorder, service, sts, key, issuer, verifiers, wallets });

	listeners.sts.serve(serving((exchange) => sts.handle(exchange), log));
	listeners.bridge.serve(
		serving(async (exchange) => {
			if ((await wallet(exchange)) || (await published(exchange)) || (await verifier(exchange))) return;
			if (!(await bridge(exchange))) notFound(exchange);
		}, log)
	);
	listeners.institution.serve(
		serving(async (exchange) => ((await wallet(exchange)) ? undefined : institution(exchange)), log)
	);
	listeners.control.serve(serving(createControlRoutes(controls, recorder), log));

	await verifiers.prepare();
	return { stsUrl, bridgeUrl, institutionUrl, controlUrl, stop: close, ...controls };
}

function notFound(exchange: Exchange): void {
	sendHtml(exchange, 404, page('Not found', '<p>The sandbox has nothing at this address.</p>'));
}
