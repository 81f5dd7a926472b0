/** A point of a long text. `only`: the point is about that way to sign in, and is left out if it is switched off. */
export type Point = string | { readonly only: Way; readonly text: string };

type Way = 'institution' | 'wallet';

/** The points that apply to this deployment. */
export function pointsFor(points: readonly Point[], signInMethods: Readonly<Record<Way, boolean>>): readonly string[] {
	return points
		.filter((point) => typeof point === 'string' || signInMethods[point.only])
		.map((point) => (typeof point === 'string' ? point : point.text));
}
