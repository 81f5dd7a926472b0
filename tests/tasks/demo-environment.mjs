import { randomBytes } from 'node:crypto';
import process from 'node:process';

const port = (name, fallback) => Number(process.env[name] ?? fallback);

/** Ports of the demo; each can be moved by the variable of the same name. */
export const ports = {
	PORT: port('PORT', 3000),
	SANDBOX_BRIDGE_PORT: port('SANDBOX_BRIDGE_PORT', 8090),
	SANDBOX_STS_PORT: port('SANDBOX_STS_PORT', 8092),
	SANDBOX_INSTITUTION_PORT: port('SANDBOX_INSTITUTION_PORT', 8093),
	SANDBOX_CONTROL_PORT: port('SANDBOX_CONTROL_PORT', 8094)
};

export const addresses = {
	portal: `http://localhost:${ports.PORT}`,
	sts: `http://localhost:${ports.SANDBOX_STS_PORT}`,
	bridge: `http://localhost:${ports.SANDBOX_BRIDGE_PORT}`,
	institution: `http://127.0.0.1:${ports.SANDBOX_INSTITUTION_PORT}`,
	control: `http://127.0.0.1:${ports.SANDBOX_CONTROL_PORT}`
};

const texts = Object.fromEntries(Object.entries(ports).map(([name, value]) => [name, String(value)]));

/** The sandbox's environment. */
export function sandboxEnvironment() {
	return { ...process.env, ...texts, PORTAL_URL: addresses.portal };
}

/** The portal's environment: that of production, with a secret of this run only. */
export function portalEnvironment() {
	return {
		...process.env,
		NODE_ENV: 'production',
		HOST: process.env.HOST ?? '127.0.0.1',
		PORT: texts.PORT,
		AUTH_URL: addresses.portal,
		AUTH_SECRET: randomBytes(48).toString('base64url'),
		STS_ISSUER_URL: addresses.sts,
		STS_CLIENT_ID: 'portal-frontend',
		STS_CLIENT_SECRET: 'portal-frontend-secret',
		// Access tokens of people are then JWTs, which backends can verify.
		STS_RESOURCE: `${addresses.portal}/services`,
		AUTH_BRIDGE_URL: addresses.bridge,
		WALLET_HELP_URL: `${addresses.bridge}/wallet`,
		API_AUDIENCE: `${addresses.portal}/api`,
		ADMIN_CLIENT_IDS: 'operator',
		LOG_LEVEL: process.env.LOG_LEVEL ?? 'warning'
	};
}
