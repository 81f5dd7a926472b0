import { generate } from 'lean-qr';
import { toSvgSource } from 'lean-qr/extras/svg';

/** ISO/IEC 18004 9.1: four modules of white on each side. */
const quietZoneModules = 4;
/** Below 4 CSS px a module, cameras start to fail; above a phone's width, the page would scroll sideways. */
const smallestModulePx = 4;
const largestModulePx = 6;
const narrowestPagePx = 320;

/**
 * A QR code as SVG markup for a page: black on white with its quiet zone, without style attributes.
 * @param text what the code holds, up to 2,900 bytes
 */
export function qrSvg(text: string): string {
	const code = generate(text);
	const fittingPx = Math.floor(narrowestPagePx / (code.size + 2 * quietZoneModules));
	const scale = Math.min(largestModulePx, Math.max(smallestModulePx, fittingPx));
	return toSvgSource(code, { on: '#000', off: '#fff', pad: quietZoneModules, scale });
}
