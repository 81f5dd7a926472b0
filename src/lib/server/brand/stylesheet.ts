import { type Palette, type Palettes, tokens } from './palette';

/** The colours as custom properties. Paper is light whatever the screen is. */
export function stylesheet({ light, dark }: Palettes): string {
	return `${rootRule(light)}\n@media screen and (prefers-color-scheme: dark) {\n${rootRule(dark)}\n}\n`;
}

function rootRule(palette: Palette): string {
	return `:root {\n${tokens.map((token) => `\t--${token}: ${palette[token]};`).join('\n')}\n}`;
}
