import type { Server, SSRManifest } from '@sveltejs/kit';

/**
 * The application's answer to a request on the public origin.
 * @param clientAddress tells an IPv4 or IPv6 address, until the request is answered
 */
export type Respond = (request: Request, clientAddress: () => string) => Promise<Response>;

/** What a build makes of the application (SvelteKit, "Writing adapters"). */
export interface Application {
	readonly Server: new (manifest: SSRManifest) => Server;
	readonly manifest: SSRManifest;
}

/** Readies the application for requests. */
export async function startApplication(application: Application, env: Record<string, string>): Promise<Respond> {
	const server = new application.Server(application.manifest);
	await server.init({ env });
	return (request, getClientAddress) => server.respond(request, { getClientAddress });
}

/** Proxies such as nginx would hold events back. */
export function unbuffered(answer: Response): Response {
	if (answer.headers.get('content-type') === 'text/event-stream') answer.headers.set('x-accel-buffering', 'no');
	return answer;
}
