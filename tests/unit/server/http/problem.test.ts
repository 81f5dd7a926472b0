import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { isProblem, Problem, type ProblemCode, problemResponse, toProblem, problems } from '$lib/server/http/problem';
import { UpstreamError, type UpstreamFault } from '$lib/server/http/upstream-error';

function thrownBy(work: () => unknown): unknown {
	try {
		work();
	} catch (error) {
		return error;
	}
	return undefined;
}

describe('the error response', () => {
	test('contains the code, a safe message and the request id', async () => {
		const response = problemResponse('unauthorized', { requestId: 'r1' });
		expect(response.status).toBe(401);
		expect(response.headers.get('content-type')).toContain('application/json');
		expect(await response.json()).toEqual({
			error: 'unauthorized',
			message: problems.unauthorized.message,
			requestId: 'r1'
		});
	});

	// The description of the API requires the header with these statuses.
	test.each((Object.keys(problems) as ProblemCode[]).filter((code) => [429, 503].includes(problems[code].status)))(
		'for %s has a Retry-After header',
		(code) => {
			const response = problemResponse(code, { requestId: 'r1' });
			expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
		}
	);

	test('uses the headers of the Problem', () => {
		const problem = new Problem('rate_limited', { headers: { 'retry-after': '42' } });
		const response = problemResponse(problem, { requestId: 'r1' });
		expect(response.headers.get('retry-after')).toBe('42');
	});

	test.each(Object.entries(problems))(
		'for %s has an error status and a full sentence as its message',
		(_code, entry) => {
			expect(entry.status).toBeGreaterThanOrEqual(400);
			expect(entry.message).toMatch(/^[A-Z].*\.$/);
		}
	);

	test.each([
		['forbidden_origin', 403],
		['not_found', 404],
		['method_not_allowed', 405],
		['session_not_verified', 409],
		['payload_too_large', 413],
		['unsupported_media_type', 415],
		['upstream_invalid', 502],
		['upstream_timeout', 504],
		['internal_error', 500]
	] as const)('for %s has the status %i', (code, status) => {
		expect(problemResponse(code, { requestId: 'r1' }).status).toBe(status);
	});
});

describe('toProblem', () => {
	test.each<[UpstreamFault, string]>([
		['unreachable', 'upstream_unavailable'],
		['cancelled', 'upstream_unavailable'],
		['timeout', 'upstream_timeout'],
		['too_large', 'upstream_invalid'],
		['cut_off', 'upstream_invalid'],
		['redirected', 'upstream_invalid'],
		['not_json', 'upstream_invalid'],
		['bad_shape', 'upstream_invalid']
	])('maps the upstream fault %s to %s', (fault, code) => {
		const error = new UpstreamError(fault, 'ECONNREFUSED', 'service.example:443');
		const facts = { fault, reason: 'ECONNREFUSED', host: 'service.example:443' };
		expect(toProblem(error)).toMatchObject({ code, facts });
	});

	test('returns a Problem unchanged', () => {
		const problem = new Problem('not_found');
		expect(toProblem(problem)).toBe(problem);
		expect(isProblem(problem, 'forbidden', 'not_found')).toBe(true);
		expect(isProblem(problem, 'forbidden')).toBe(false);
	});

	test.each([new Error('db password is hunter2'), 'text', null])(
		'maps any other value to internal_error, without its text',
		(error) => {
			expect(toProblem(error)).toMatchObject({ code: 'internal_error', message: problems.internal_error.message });
		}
	);

	const schema = v.strictObject({ fields: v.optional(v.record(v.string(), v.string())) });
	test.each([
		[{ fields: { name: 1 } }, '"fields.name"'],
		[{ '<script>': 1 }, '"body"'],
		['text', '"body"']
	])('names the field that a schema rejects, unless the name itself is suspect: %j', (input, named) => {
		const problem = toProblem(thrownBy(() => v.parse(schema, input)));
		expect(problem).toMatchObject({ code: 'invalid_request', status: 400 });
		expect(problem.message).toContain(named);
		expect(problem.message).not.toContain('script');
	});
});
