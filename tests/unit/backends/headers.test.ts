import { describe, expect, test } from 'vitest';
import { answerHeaders } from '../../../src/lib/server/backends/headers';

const service = {
	etag: '"1"',
	'content-encoding': 'gzip',
	'content-length': '20',
	'content-range': 'bytes 0-19/20',
	'content-type': 'application/json'
};
const namesOf = (status: number) => [...answerHeaders({ status, headers: new Headers(service) }, null).keys()];

describe("a service's response", () => {
	test.each([204, 205])('with status %i, which has no body, says nothing of one', (status) => {
		expect(namesOf(status)).toEqual(['content-security-policy', 'content-type', 'etag']);
	});

	test.each([200, 206, 304, 404])('with status %i keeps what it says of its body', (status) => {
		expect(namesOf(status)).toEqual(expect.arrayContaining(Object.keys(service)));
	});
});
