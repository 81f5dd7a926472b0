import { isRecord, sessionUrl, type StatusAnswer, statusOf } from './api';

/** What was heard of one session. */
export interface StatusUpdate {
	readonly sessionId: string;
	readonly answer: StatusAnswer;
}
export type Hear = (update: StatusUpdate) => void;

/** As much of the browser's EventSource as is used. */
export type OpenEventSource = (url: string) => EventSource;

/** A stream that has not opened by then is not waited for: some proxies hold it back for good. */
const patienceMs = 2000;

/**
 * Follows sessions by one stream of server-sent events. Answers `ended` after the last status of all, `broken` when the
 * stream does not open in time or breaks, or the signal aborts. It never connects anew by itself: how to go on meanwhile
 * is the caller's to say.
 */
export function followStream(
	sessionIds: readonly string[],
	hear: Hear,
	signal: AbortSignal,
	openSource: OpenEventSource = (url) => new EventSource(url)
): Promise<'ended' | 'broken'> {
	const [first = '', ...others] = sessionIds;
	const query = others.length > 0 ? `?also=${others.join(',')}` : '';
	return new Promise((resolve) => {
		if (signal.aborted) return resolve('broken');
		const source = openSource(sessionUrl(first, 'events') + query);
		const done = (how: 'ended' | 'broken') => {
			clearTimeout(patience);
			signal.removeEventListener('abort', broken);
			source.close();
			resolve(how);
		};
		const broken = () => done('broken');
		const patience = setTimeout(broken, patienceMs);
		const on = (type: string, read: (body: unknown) => StatusAnswer) =>
			source.addEventListener(type, ({ data }: MessageEvent<string>) => {
				const body: unknown = JSON.parse(data);
				if (isRecord(body) && typeof body.sessionId === 'string')
					hear({ sessionId: body.sessionId, answer: read(body) });
			});

		signal.addEventListener('abort', broken);
		source.addEventListener('open', () => clearTimeout(patience));
		source.addEventListener('error', broken);
		on('message', statusOf);
		on('trouble', () => ({ kind: 'trouble' }));
		on('gone', () => ({ kind: 'gone' }));
		source.addEventListener('end', () => done('ended'));
	});
}
