import { BadRequest, openExchange, sendJson, type Exchange } from './exchange.ts';
import type { RequestHandler } from './listener.ts';

/** Wraps a part's handler so that it always responds, even if the sandbox itself has a bug. */
export function serving(handle: (exchange: Exchange) => Promise<void> | void, log: (line: string) => void) {
	const handler: RequestHandler = (request, response) => {
		openExchange(request, response)
			.then(async (exchange) => {
				try {
					await handle(exchange);
				} catch (error) {
					if (response.headersSent) response.destroy();
					else if (error instanceof BadRequest) sendJson(exchange, 400, { error: error.message });
					else {
						log(`${exchange.method} ${exchange.url.pathname}: ${String(error)}`);
						sendJson(exchange, 500, { error: 'the sandbox failed; see its log' });
					}
				}
			})
			.catch(() => response.destroy());
	};
	return handler;
}
