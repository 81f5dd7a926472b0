/** A point of a long text. `only`: the point is about a part of the portal, and is left out if that is switched off. */
export type Point = string | { readonly only: Part; readonly text: string };

type Part = 'institution' | 'wallet' | 'browserList';

/** The points that apply to this deployment. */
export function pointsFor(
	points: readonly Point[],
	parts: Readonly<Partial<Record<Part, boolean>>>
): readonly string[] {
	return points
		.filter((point) => typeof point === 'string' || parts[point.only] === true)
		.map((point) => (typeof point === 'string' ? point : point.text));
}
