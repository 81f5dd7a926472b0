/** The routes of a wallet session, each with a body that it accepts. */
export const sessionRoutes = [
	['GET', 'status', undefined],
	['GET', 'events', undefined],
	['POST', 'dc-api', { protocol: 'openid4vp-v1-signed', data: { response: 'a..b.c.d' } }],
	['POST', 'complete', {}],
	['POST', 'idv/initiate', {}],
	['GET', 'idv/callback?code=a&state=b', undefined],
	['GET', 'idv/status', undefined],
	['POST', 'idv/submit', { confirm: true }]
] as const;
