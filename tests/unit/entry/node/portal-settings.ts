/** As little as the Node server can be made with; a test names what it is about. */
export const portalSettings = {
	origin: 'http://localhost:3000',
	secure: false,
	trustHost: false,
	trustedHops: 1,
	connections: 100,
	bodyLimitBytes: 100,
	backends: [],
	files: new Map()
};
