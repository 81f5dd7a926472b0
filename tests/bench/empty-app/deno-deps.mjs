/**
 * Replaces the remote modules that svelte-adapter-deno's server imports, with only what its handler needs. It serves no files,
 * because only the call into SvelteKit is measured.
 */
export { dirname, extname, join } from 'node:path';
export { fileURLToPath as fromFileUrl } from 'node:url';

export const exists = () => Promise.resolve(false);

export class Application {
	use(handler) {
		this.handler = handler;
		return this;
	}

	addEventListener() {}

	async listen(address) {
		const [hostname, port] = address.split(':');
		const server = Deno.serve({ hostname, port: Number(port), onListen: () => {} }, async (request, { remoteAddr }) => {
			const context = { request: { originalRequest: { request }, ip: remoteAddr.hostname }, response: {} };
			await this.handler(context);
			const { body, status, headers } = context.response;
			return new Response(body, { status, headers });
		});
		await server.finished;
	}
}
