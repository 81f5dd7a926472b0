/** The minimum to start the portal. Nothing listens on the addresses: for tests that need neither STS nor Bridge. */
export const bareEnvironment = {
	AUTH_SECRET: 'a secret for tests that nobody else uses'.replaceAll(' ', '-'),
	STS_ISSUER_URL: 'http://127.0.0.1:9',
	STS_CLIENT_ID: 'portal-frontend',
	STS_CLIENT_SECRET: 'portal-frontend-secret',
	AUTH_BRIDGE_URL: 'http://127.0.0.1:9'
};
