import { newRequestId } from '../lib/server/http/request-id';
import { type ProblemCode, problems } from '../lib/server/http/problem-table';
import { log } from '../lib/server/log';
import { countRefusal, type Refusal } from '../lib/server/metrics';
import type { Answer } from './http';
import { decodedPath } from './request-body';
import type { ReadHeader } from './static-files';
import { isLocale, type Locale, locales, preferredLocale } from '../lib/i18n/locale';
import { siteTexts } from '../lib/i18n/site-texts';

/** Refusals that the entry gives itself. */
export type EntryProblem = Extract<
	ProblemCode,
	| 'invalid_request'
	| 'method_not_allowed'
	| 'request_timeout'
	| 'payload_too_large'
	| 'headers_too_large'
	| 'internal_error'
>;

const REASONS: Readonly<Partial<Record<EntryProblem, Refusal>>> = {
	invalid_request: 'malformed',
	method_not_allowed: 'malformed',
	request_timeout: 'slow_request',
	payload_too_large: 'body_size',
	headers_too_large: 'header_size'
};

/** What is known of a refused request. */
interface RefusedRequest {
	/** Of its address, as `URL` gives it; absent where it could not be read. */
	pathname?: string;
	header: ReadHeader;
}

/**
 * Refuses a request before the application sees it: a page for a person, `{error, message, requestId}` for a program. Counted, and
 * logged with the request's id as far as a flood leaves room.
 */
export function refuse(code: EntryProblem, request: RefusedRequest, headers: Record<string, string> = {}): Answer {
	const reason = REASONS[code];
	if (reason) countRefusal(reason);
	const requestId = newRequestId();
	refusalLog.write({ requestId, code, status: problems[code].status });
	return answerWith(code, requestId, request, headers);
}

/** The response to a fault of ours that the application did not catch. */
export function internalError(error: unknown, request: RefusedRequest): Answer {
	const requestId = newRequestId();
	log.error('a request failed outside the application', { requestId, error });
	return answerWith('internal_error', requestId, request, {});
}

function answerWith(
	code: EntryProblem,
	requestId: string,
	request: RefusedRequest,
	headers: Record<string, string>
): Answer {
	const { status, message } = problems[code];
	const page = isForPerson(request) ? refusalPage(code, requestId, request.header) : undefined;
	const text = page?.html ?? JSON.stringify({ error: code, message, requestId });
	const body = new TextEncoder().encode(text);
	return {
		status,
		headers: {
			...headers,
			...page?.headers,
			'cache-control': 'no-store',
			'content-type': page ? 'text/html; charset=utf-8' : 'application/json',
			'content-length': String(body.length),
			'x-request-id': requestId,
			// What is left of the request is not read.
			...(status === 408 && { connection: 'close' })
		},
		body
	};
}

function isForPerson({ pathname = '', header }: RefusedRequest): boolean {
	const isApi = /^\/api(?:\/|$)/.test(decodedPath(pathname) ?? '');
	return !isApi && (header('accept')?.includes('text/html') ?? false);
}

/** Refusals that are logged one by one in a minute: help codes can be found, and a flood does not fill the log. */
const MAX_LINES = 100;
const WINDOW_MS = 60_000;

interface RefusalLogDeps {
	readonly write: (message: string, fields: Readonly<Record<string, unknown>>) => void;
	/** Calls back once, after so many milliseconds. */
	readonly after: (ms: number, callBack: () => void) => void;
}

/** Logs refused requests up to a number of lines a minute, then how many more there were. */
export function createRefusalLog({ write, after }: RefusalLogDeps) {
	let lines = 0;
	let omitted = 0;

	function endWindow(): void {
		if (omitted > 0) write('more requests were refused than are logged one by one', { omitted });
		lines = 0;
		omitted = 0;
	}

	return {
		write(fields: Readonly<Record<string, unknown>>): void {
			if (lines === 0) after(WINDOW_MS, endWindow);
			if (lines === MAX_LINES) omitted += 1;
			else {
				lines += 1;
				write('a request was refused', fields);
			}
		}
	};
}

const refusalLog = createRefusalLog({
	write: log.info,
	after: (ms, callBack) => void setTimeout(callBack, ms)
});

/** Colours and fonts are the browser's own: the page has to work where the portal's files are refused as well. */
const STYLE =
	':root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:40rem;padding:1.5rem}' +
	'h1{font-size:1.75rem;line-height:1.25}strong{user-select:all}section+section{margin-block-start:3rem}';

/**
 * A page for a person whose request never reaches the application, such as one with too many cookies. It needs no other file.
 * @param header reads the request's headers; of a request that could not be parsed none are known, and the page is in every language
 * @returns the page, and the policy that its style needs
 */
export function refusalPage(
	code: EntryProblem,
	requestId: string,
	header: ReadHeader
): { html: string; headers: Record<string, string> } {
	const wanted = localesOf(header);
	const [first] = wanted;
	const nonce = crypto.randomUUID();
	const html = `<!doctype html>
<html lang="${first}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${titleOf(code, first ?? 'en')}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
${wanted.map((locale, index) => section(code, requestId, locale, index === 0 ? 'h1' : 'h2')).join('\n')}
</main>
</body>
</html>
`;
	const policy = `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
	return { html, headers: { 'content-security-policy': policy } };
}

function section(code: EntryProblem, requestId: string, locale: Locale, heading: 'h1' | 'h2'): string {
	const t = siteTexts(locale);
	const { title, what, next } = textsOf(code, locale);
	return `<section lang="${locale}">
<${heading}>${title}</${heading}>
<p>${what}</p>
<p>${next}</p>
<p>${t.helpCode}: <strong>${requestId}</strong></p>
<p>${t.helpCodeUse}</p>
<p><a href="/">${t.toHome}</a></p>
</section>`;
}

function titleOf(code: EntryProblem, locale: Locale): string {
	const t = siteTexts(locale);
	return `${t.errorTitle(textsOf(code, locale).title)} – ${t.product}`;
}

/** Texts of ours alone: nothing that a request holds is ever on the page. */
function textsOf(code: EntryProblem, locale: Locale) {
	const { errors } = siteTexts(locale);
	if (code === 'headers_too_large') return errors.tooManyCookies;
	return code === 'internal_error' ? errors.fault : errors.request;
}

function localesOf(header: ReadHeader): readonly Locale[] {
	const chosen = /(?:^|; ?)(?:__Host-)?portal\.locale=(\w{2})(?:;|$)/.exec(header('cookie') ?? '')?.[1];
	if (isLocale(chosen)) return [chosen];
	const accepted = header('accept-language');
	return accepted === null ? locales : [preferredLocale(accepted)];
}
