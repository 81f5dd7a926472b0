import decodeQR from 'qr/decode.js';
import { describe, expect, test } from 'vitest';
import { qrSvg as qrSvgOrNull } from '$lib/ui/qr-svg';

function qrSvg(text: string): string {
	return qrSvgOrNull(text) ?? expect.fail('too long for a QR code');
}

interface Drawing {
	readonly size: number;
	readonly dark: readonly (readonly boolean[])[];
	readonly widthPx: number;
}

/** Reads our SVG back into modules: the path's outline, filled by the even-odd rule along each row's centre. */
function read(svg: string): Drawing {
	const [, minText, sizeText] = /viewBox="(-?\d+) -?\d+ (\d+) \d+"/.exec(svg) ?? [];
	const min = Number(minText);
	const size = Number(sizeText);
	const outlines = [...(/ d="([^"]+)"/.exec(svg)?.[1] ?? '').matchAll(/M([^Z]+)Z/g)].map(([, points = '']) =>
		points.split('L').map((point) => point.split(' ').map(Number))
	);
	/** By row, where upright edges cross it. */
	const crossings = new Map<number, number[]>();
	for (const points of outlines) {
		for (const [at, [ax = 0, ay = 0]] of points.entries()) {
			const [bx = 0, by = 0] = points[(at + 1) % points.length] ?? [];
			for (let y = Math.min(ay, by); ax === bx && y < Math.max(ay, by); y++) {
				crossings.set(y, [...(crossings.get(y) ?? []), ax]);
			}
		}
	}
	const isDark = (x: number, y: number) => (crossings.get(y) ?? []).filter((edge) => edge <= x).length % 2 === 1;
	const line = Array.from({ length: size }, (_, at) => min + at);
	return {
		size,
		dark: line.map((y) => line.map((x) => isDark(x, y))),
		widthPx: Number(/ width="(\d+)"/.exec(svg)?.[1])
	};
}

function decode({ size, dark }: Drawing): string {
	const scale = 4;
	const data = new Uint8Array((size * scale) ** 2 * 3);
	for (let at = 0; at < data.length; at++) {
		const pixel = Math.floor(at / 3);
		const x = Math.floor((pixel % (size * scale)) / scale);
		const y = Math.floor(pixel / (size * scale) / scale);
		data[at] = dark[y]?.[x] ? 0 : 255;
	}
	return decodeQR({ width: size * scale, height: size * scale, data });
}

const requestUri = `openid4vp://authorize?client_id=bridge.example&request_uri=${encodeURIComponent(`https://bridge.example/requests/${'0123456789abcdef'.repeat(2)}`)}`;

describe('the QR code', () => {
	test.each([
		['a wallet link', requestUri],
		['a long one', `${requestUri}&state=${'é'.repeat(80)}`],
		['a short one', 'a']
	])('encodes %s exactly', (_name, text) => {
		expect(decode(read(qrSvg(text)))).toBe(text);
	});

	test('has a margin of four white modules on each side, and its own background', () => {
		const svg = qrSvg(requestUri);
		const { size, dark } = read(svg);
		const edge = [0, 1, 2, 3, size - 4, size - 3, size - 2, size - 1];
		expect(dark.some((row, y) => row.some((isDark, x) => isDark && (edge.includes(x) || edge.includes(y))))).toBe(
			false
		);
		expect(dark[4]?.[4]).toBe(true);
		expect(svg).toContain(`<rect x="-4" y="-4" width="${size}" height="${size}" fill="#fff">`);
	});

	test.each([1, 100, 300, 600])('of %i bytes has modules of at least 4 px', (bytes) => {
		const { size, widthPx } = read(qrSvg('x'.repeat(bytes)));
		expect(widthPx / size).toBeGreaterThanOrEqual(4);
	});

	test.each([
		['x'.repeat(2953), 2953],
		['é'.repeat(1476), 2952]
	])('encodes the longest text that the largest code can hold', (text) => {
		expect(decode(read(qrSvg(text)))).toBe(text);
	});

	test.each(['x'.repeat(2954), 'é'.repeat(1477), 'x'.repeat(100_000)])('is null for a longer text', (text) => {
		expect(qrSvgOrNull(text)).toBeNull();
	});

	test('has no style attribute, which the content security policy would block', () => {
		expect(qrSvg(requestUri)).not.toMatch(/style=|<style/);
	});
});
