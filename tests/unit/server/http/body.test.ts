import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import { toProblem } from '$lib/server/http/problem';
import { formUuid, readForm, readJson } from '$lib/server/http/body';

const Wanted = v.object({ name: v.optional(v.string()) });

function post(body: BodyInit | null, type = 'application/json', headers: Record<string, string> = {}): Request {
	const init = { method: 'POST', body, headers: { 'content-type': type, ...headers }, duplex: 'half' };
	return new Request('http://portal.test/', init);
}

async function refusal(request: Request, maxBytes = 100) {
	const error: unknown = await readJson(request, Wanted, { maxBytes }).then(
		(value) => expect.fail(`read ${JSON.stringify(value)}`),
		(thrown: unknown) => thrown
	);
	return toProblem(error);
}

describe('a JSON body', () => {
	test('is read and checked', async () => {
		expect(await readJson(post('{"name":"Zoë"}'), Wanted)).toEqual({ name: 'Zoë' });
	});

	test('may have a content type with parameters', async () => {
		expect(await readJson(post('{"name":"a"}', 'application/json; charset=utf-8'), Wanted)).toEqual({ name: 'a' });
	});

	test('may be absent with any content type', async () => {
		expect(await readJson(new Request('http://portal.test/', { method: 'POST' }), Wanted)).toEqual({});
		expect(await readJson(post('', 'text/plain'), Wanted)).toEqual({});
	});

	test('with a Content-Length above the limit is refused unread', async () => {
		const problem = await refusal(post('{}', 'application/json', { 'content-length': '101' }));
		expect(problem.code).toBe('payload_too_large');
	});

	test('that exceeds the limit while it is read is refused', async () => {
		const endless = new ReadableStream<Uint8Array>({
			pull: (controller) => controller.enqueue(new Uint8Array(60).fill(32))
		});
		expect((await refusal(post(endless))).code).toBe('payload_too_large');
	});

	test('that is refused is not cancelled: the connection carries the response', async () => {
		const cancel = vi.fn();
		const pull = (controller: ReadableStreamDefaultController<Uint8Array>) =>
			controller.enqueue(new Uint8Array([0xff]));
		await refusal(post(new ReadableStream({ pull, cancel })));
		expect(cancel).not.toHaveBeenCalled();
	});

	test('that the server cuts off as too large is refused as too large', async () => {
		const cut = new ReadableStream({
			pull: (controller) => controller.error(Object.assign(new Error('too large'), { status: 413 }))
		});
		expect((await refusal(post(cut))).code).toBe('payload_too_large');
	});

	test('whose stream fails is an invalid request', async () => {
		const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
		expect((await refusal(post(broken))).code).toBe('invalid_request');
	});

	test.each(['text/plain', 'application/x-www-form-urlencoded', 'text/json-like'])(
		'with the content type %s is refused',
		async (type) => {
			expect(await refusal(post('{"name":"a"}', type))).toMatchObject({
				code: 'unsupported_media_type',
				message: 'Send the body as application/json.'
			});
		}
	);

	test.each(['{"name":', 'name=a', ' ', '\r', new Uint8Array([0x22, 0xff, 0x22])])(
		'that is not valid JSON is refused',
		async (body) => {
			const problem = await refusal(post(body));
			expect(problem.code).toBe('invalid_request');
			expect(problem.message).toMatch(/^The body /);
		}
	);

	test('with an invalid field is refused with the name of the field, not its value', async () => {
		const problem = await refusal(post('{"name":666}'));
		expect(problem).toMatchObject({ code: 'invalid_request', status: 400 });
		expect(problem.message).toContain('"name"');
		expect(problem.message).not.toContain('666');
	});
});

describe('a form', () => {
	const fields = async (type: string, body: string) => {
		const request = new Request('http://localhost/', { method: 'POST', body, headers: { 'content-type': type } });
		return [...(await readForm(request))];
	};

	test('in urlencoded format is read with all its fields', async () => {
		const body = 'a=1+2&b=%C3%A9%2B&a=3&empty=&bare&x=y=z';
		expect(await fields('application/x-www-form-urlencoded;charset=UTF-8', body)).toEqual([
			['a', '1 2'],
			['b', 'é+'],
			['a', '3'],
			['empty', ''],
			['bare', ''],
			['x', 'y=z']
		]);
	});

	test('in multipart format is read as well', async () => {
		const form = new FormData();
		form.append('a', '1\r\n2');
		form.append('é', 'é');
		const request = new Request('http://localhost/', { method: 'POST', body: form });
		expect([...(await readForm(request))]).toEqual([...form]);
	});

	test.each(['--x', '--x--', `--x\r\n${'name='.repeat(10_000)}\r\n--x--`, '--x\r\n\r\n\r\n--x--'])(
		'in malformed multipart format is refused (%#)',
		(body) => expect(fields('multipart/form-data; boundary=x', body)).rejects.toMatchObject({ code: 'invalid_request' })
	);

	test('with another content type is refused', () =>
		expect(fields('text/plain', 'a=1')).rejects.toMatchObject({
			code: 'unsupported_media_type',
			message: 'Send a form: application/x-www-form-urlencoded or multipart/form-data.'
		}));
});

describe('a form field that is a key', () => {
	const form = (value: string) => {
		const made = new FormData();
		made.append('attempt', value);
		return made;
	};

	test('may be a UUID, or absent', () => {
		const uuid = crypto.randomUUID();
		expect([formUuid(form(uuid), 'attempt'), formUuid(new FormData(), 'attempt')]).toEqual([uuid, null]);
	});
	test.each(['', 'x', 'x'.repeat(60_000)])('is refused with any other value (%#)', (value) =>
		expect(() => formUuid(form(value), 'attempt')).toThrow(expect.objectContaining({ code: 'invalid_request' }))
	);
});
