/** An sRGB colour, `#rrggbb` in lower case. */
export type Colour = string;

type Channels = readonly [red: number, green: number, blue: number];

export const WHITE: Colour = '#ffffff';
export const BLACK: Colour = '#000000';

/** The contrast ratio of two colours, from 1 to 21 (WCAG 2.2, definition of contrast ratio). */
export function contrast(one: Colour, other: Colour): number {
	const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
	return (lighter + 0.05) / (darker + 0.05);
}

/** Mixes two colours. `part` is the share of `other`, from 0 to 1. */
export function mix(colour: Colour, other: Colour, part: number): Colour {
	const [a, b] = [channels(colour), channels(other)];
	const mixed = a.map((value, index) => Math.round(value + ((b[index] ?? 0) - value) * part));
	return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Moves a colour towards `end` in steps of 2%, until its contrast with every ground is at least `least`.
 * @returns the first such colour, or `end` if no step before it has enough contrast
 */
export function untilContrast(colour: Colour, end: Colour, least: number, grounds: readonly Colour[]): Colour {
	const steps = 50;
	for (let step = 0; step < steps; step++) {
		const candidate = mix(colour, end, step / steps);
		if (grounds.every((ground) => contrast(candidate, ground) >= least)) return candidate;
	}
	return end;
}

/** A ratio as text, such as `3.4:1`. It is rounded down, so that an insufficient ratio never looks sufficient. */
export function ratioText(ratio: number): string {
	return `${(Math.floor(ratio * 10) / 10).toFixed(1)}:1`;
}

function channels(colour: Colour): Channels {
	const channel = (from: number) => Number.parseInt(colour.slice(from, from + 2), 16);
	return [channel(1), channel(3), channel(5)];
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: Colour): number {
	const [red, green, blue] = channels(colour).map((value) => {
		const share = value / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	}) as unknown as Channels;
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
