/**
 * Corrects the server's guess before the page is drawn: some tablets send the user agent of a computer. The server then
 * remembers that the wallet is on this device.
 */
if (matchMedia('(pointer: coarse)').matches) location.replace('/login/wallet?device=this');
