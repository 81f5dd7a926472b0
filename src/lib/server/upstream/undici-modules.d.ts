/** Types of the undici modules that `connections.ts` imports. The package declares only its index. */
declare module 'undici/lib/api/index.js' {
	import type { Dispatcher } from 'undici';
	/** Methods of every dispatcher. */
	const api: Pick<Dispatcher, 'request' | 'connect'>;
	export default api;
}
declare module 'undici/lib/core/connect.js' {
	export { buildConnector as default } from 'undici';
}
declare module 'undici/lib/dispatcher/agent.js' {
	export { Agent as default } from 'undici';
}
declare module 'undici/lib/dispatcher/dispatcher.js' {
	export { Dispatcher as default } from 'undici';
}
declare module 'undici/lib/dispatcher/pool.js' {
	export { Pool as default } from 'undici';
}
declare module 'undici/lib/dispatcher/proxy-agent.js' {
	export { ProxyAgent as default } from 'undici';
}
