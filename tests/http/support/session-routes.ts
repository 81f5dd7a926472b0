/** The routes of a wallet session, each with a body that it accepts. */
export const sessionRoutes = [
	['GET', 'status', undefined],
	['GET', 'events', undefined],
	['POST', 'complete', {}],
	['POST', 'idv/initiate', {}],
	['GET', 'idv/callback?code=a&state=b', undefined],
	['GET', 'idv/status', undefined],
	['POST', 'idv/submit', { confirm: true }]
] as const;
