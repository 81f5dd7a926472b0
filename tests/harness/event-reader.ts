import { type IncomingMessage, request as httpRequest } from 'node:http';

/** One event as a browser dispatches it. `connected`, the first event of each stream, is left out. */
interface ServerEvent {
	readonly type: string;
	readonly data: string;
}

/** An open stream of events. */
export interface EventReader {
	readonly status: number;
	readonly headers: IncomingMessage['headers'];
	/** The next event; null after the end. */
	readonly next: () => Promise<ServerEvent | null>;
	/** All events from now to the end. */
	readonly rest: () => Promise<ServerEvent[]>;
	/** Disconnects, like a closed tab. */
	readonly leave: () => void;
}

/** Opens a stream of events as a script on a page of the portal does. */
export async function openEvents(url: string | URL, headers: Record<string, string>): Promise<EventReader> {
	const response = await new Promise<IncomingMessage>((resolve, reject) => {
		const request = httpRequest(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false });
		request.once('error', reject);
		request.once('response', resolve);
		request.end();
	});
	const events = readEvents(response);
	const next = async () => (await events.next()).value ?? null;
	return {
		status: response.statusCode ?? 0,
		headers: response.headers,
		next,
		rest: async () => {
			const all: ServerEvent[] = [];
			for (let event = await next(); event; event = await next()) all.push(event);
			return all;
		},
		leave: () => response.destroy()
	};
}

async function* readEvents(response: IncomingMessage): AsyncGenerator<ServerEvent, undefined> {
	response.setEncoding('utf8');
	let text = '';
	for await (const chunk of response) {
		text += String(chunk);
		for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
			const event = parse(text.slice(0, end));
			text = text.slice(end + 2);
			if (event) yield event;
		}
	}
	return undefined;
}

/** Comments and `retry` are not events (HTML 9.2.6). */
function parse(block: string): ServerEvent | null {
	const fields = new Map(block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]));
	const data = fields.get('data');
	return data === undefined || fields.get('event') === 'connected'
		? null
		: { type: fields.get('event') ?? 'message', data };
}
