/** Colours that are still on their way from one look to the next would be judged as they pass. */
const still = { reducedMotion: 'reduce' } as const;

/** How one page looks to different people. */
export const colours = [
	{ colour: 'light', media: { ...still, colorScheme: 'light', forcedColors: 'none' } },
	{ colour: 'dark', media: { ...still, colorScheme: 'dark', forcedColors: 'none' } },
	{ colour: 'forced colours', media: { ...still, colorScheme: 'light', forcedColors: 'active' } }
] as const;

export const sizes = [
	{ size: 'desktop', viewport: { width: 1280, height: 800 } },
	{ size: 'tablet', viewport: { width: 768, height: 1024 } },
	{ size: 'phone', viewport: { width: 320, height: 640 } }
] as const;
