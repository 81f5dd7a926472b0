const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Whether the headers announce JSON: `application/json`, or a type built on it such as `application/problem+json`. */
export function announcesJson(headers: Headers): boolean {
	return JSON_TYPE.test(headers.get('content-type') ?? '');
}
