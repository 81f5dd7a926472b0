/** How one page looks to different people. */
export const colours = [
	{ colour: 'light', media: { colorScheme: 'light', forcedColors: 'none' } },
	{ colour: 'dark', media: { colorScheme: 'dark', forcedColors: 'none' } },
	{ colour: 'forced colours', media: { colorScheme: 'light', forcedColors: 'active' } }
] as const;

export const sizes = [
	{ size: 'desktop', viewport: { width: 1280, height: 800 } },
	{ size: 'phone', viewport: { width: 320, height: 640 } }
] as const;
