import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertProperty } from '../../../harness/property';
import {
	contrast,
	mix,
	ratioText,
	untilContrast,
	adjustments,
	brandPalettes,
	contrastFaults,
	darkPalette,
	lightPalette,
	stylesheet
} from '$lib/server/config/palette';

test.each([
	['#000000', '#ffffff', 21],
	['#ffffff', '#000000', 21],
	['#767676', '#ffffff', 4.54],
	['#0000ff', '#ffffff', 8.59],
	['#ffd700', '#f4f6f8', 1.29],
	['#123456', '#123456', 1]
])('the contrast of %s and %s is %d:1', (one, other, ratio) => {
	expect(contrast(one, other)).toBeCloseTo(ratio, 1);
});

test('a ratio is never rounded up to the required minimum', () => {
	expect(ratioText(4.499)).toBe('4.4:1');
	expect(ratioText(21)).toBe('21.0:1');
});

test('colours are mixed proportionally', () => {
	expect([mix('#000000', '#ffffff', 0), mix('#000000', '#ffffff', 0.5), mix('#102030', '#ffffff', 1)]).toEqual([
		'#000000',
		'#808080',
		'#ffffff'
	]);
});

test('a colour is changed no more than necessary', () => {
	expect(untilContrast('#0b5566', '#000000', 4.5, ['#ffffff'])).toBe('#0b5566');
	const moved = untilContrast('#ffd700', '#000000', 4.5, ['#ffffff']);
	expect(contrast(moved, '#ffffff')).toBeGreaterThanOrEqual(4.5);
	expect(contrast(moved, '#ffffff')).toBeLessThan(5);
});

test('(a11y 27) the portal’s own colours have sufficient contrast, light and dark', () => {
	expect(contrastFaults({ light: lightPalette, dark: darkPalette })).toEqual([]);
});

test('(a11y 27) the colours derived from any institution colour have sufficient contrast', () => {
	const colours = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);
	return assertProperty(fc.property(colours, (colour) => contrastFaults(brandPalettes({ colour })).length === 0));
});

test('a dark colour is used unchanged for buttons and links', () => {
	const { light } = brandPalettes({ colour: '#7a1f5c' });
	expect(light['basis-color-action-1-inverse-bg-default']).toBe('#7a1f5c');
	expect(light['basis-color-action-1-color-default']).toBe('#7a1f5c');
	expect(adjustments('#7a1f5c')).toEqual([]);
});

test('a pale colour is kept for buttons with dark text, and darkened for links, and the ratio is logged', () => {
	const { light } = brandPalettes({ colour: '#ffd700' });
	expect(light['basis-color-action-1-inverse-bg-default']).toBe('#ffd700');
	expect(light['basis-color-action-1-inverse-color-default']).toBe('#000000');
	expect(adjustments('#ffd700')).toEqual([
		expect.stringMatching(/^BRAND_COLOR: links are #[\da-f]{6} instead of #ffd700, which has a contrast of 1\.2:1/)
	]);
});

test('(a11y 27) a fault names the scheme, the pair, its ratio and the required minimum', () => {
	const faults = contrastFaults(
		brandPalettes({ tokens: { dark: { 'basis-color-action-1-inverse-color-default': '#ffffff' } } })
	);
	expect(faults[0]).toBe(
		'in the dark colours, the contrast of the text of a button (basis-color-action-1-inverse-color-default #ffffff) on basis-color-action-1-inverse-bg-default #8ad2df is 1.6:1, but must be at least 4.5:1'
	);
});

test('the stylesheet sets every token, and the dark ones on dark screens only, never in print', () => {
	const css = stylesheet({ light: lightPalette, dark: darkPalette });
	const [light = '', dark = ''] = css.split('@media screen and (prefers-color-scheme: dark)');
	const count = Object.keys(lightPalette).length;
	expect(light.match(/--[\w-]+: #[\da-f]{6};/g)).toHaveLength(count);
	expect(dark.match(/--[\w-]+: #[\da-f]{6};/g)).toHaveLength(count);
	expect(dark).toContain(`--basis-color-default-bg-default: ${darkPalette['basis-color-default-bg-default']};`);
});
