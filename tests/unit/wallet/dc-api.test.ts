import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasDcApi, requestCredential } from '$lib/wallet/dc-api';

const { signal } = new AbortController();
const get = vi.fn();

beforeEach(() => {
	vi.stubGlobal('DigitalCredential', () => undefined);
	vi.stubGlobal('navigator', { credentials: { get } });
});
afterEach(() => {
	vi.unstubAllGlobals();
	get.mockReset();
});

describe('detecting the Digital Credentials API', () => {
	test('succeeds in a browser that has the interface and can request credentials', () => {
		expect(hasDcApi()).toBe(true);
	});

	test.each([
		['without the interface', { DigitalCredential: undefined }],
		['without credentials, as outside of secure contexts', { navigator: {} }],
		['whose credentials cannot be requested', { navigator: { credentials: {} } }]
	])('fails in a browser %s', (_what, globals) => {
		for (const [name, value] of Object.entries(globals)) {
			if (value === undefined) Reflect.deleteProperty(globalThis, name);
			else vi.stubGlobal(name, value);
		}
		expect(hasDcApi()).toBe(false);
	});
});

describe('requesting a credential', () => {
	test('passes only the signed request, and returns the encrypted response', async () => {
		get.mockResolvedValue({ protocol: 'openid4vp-v1-signed', data: { response: 'a..b.c.d', more: 1 } });
		expect(await requestCredential('h.p.s', signal)).toEqual({ kind: 'response', response: 'a..b.c.d' });
		expect(get).toHaveBeenCalledExactlyOnceWith({
			digital: { requests: [{ protocol: 'openid4vp-v1-signed', data: { request: 'h.p.s' } }] },
			mediation: 'required',
			signal
		});
	});

	test.each([
		['NotAllowedError', 'cancelled'],
		['AbortError', 'cancelled'],
		['NetworkError', 'failed'],
		['NotSupportedError', 'failed']
	])('that ends with %s is %s', async (name, kind) => {
		get.mockRejectedValue(new DOMException('no', name));
		expect(await requestCredential('h.p.s', signal)).toEqual({ kind });
	});

	test('in a browser with another form of the API fails', async () => {
		get.mockRejectedValue(new TypeError('digital'));
		expect(await requestCredential('h.p.s', signal)).toEqual({ kind: 'failed' });
	});

	test.each([
		['no credential', null],
		['an unencrypted response', { protocol: 'openid4vp-v1-signed', data: { vp_token: {} } }],
		['a response as text', { protocol: 'openid4vp-v1-signed', data: '{"response":"a..b.c.d"}' }],
		['another protocol', { protocol: 'org-iso-mdoc', data: { response: 'a..b.c.d' } }]
	])('that returns %s fails', async (_what, credential) => {
		get.mockResolvedValue(credential);
		expect(await requestCredential('h.p.s', signal)).toEqual({ kind: 'failed' });
	});
});
