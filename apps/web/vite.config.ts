import react from '@vitejs/plugin-react';
import macros from 'unplugin-parcel-macros';
import { defineConfig, type Plugin } from 'vite';

/** The server puts a fresh nonce in its place with every answer, here and in the Content-Security-Policy. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/**
 * Spectrum fetches Adobe's typeface from Adobe's font host. Browsers of a self-hosted Tributary call nobody but their
 * own server, so the system's typeface stands in.
 */
const withoutWebFonts: Plugin = {
  name: 'without-web-fonts',
  enforce: 'pre',
  load: {
    filter: { id: /[\\/]@react-spectrum[\\/]s2[\\/]dist[\\/]private[\\/](Fonts\.mjs|font-faces\.css)$/ },
    handler: (id) => (id.endsWith('.css') ? '' : 'export const Fonts = () => null;'),
  },
};

/** The UI speaks English only; the components' 33 other languages would be a fifth of the bundle. */
const withoutOtherLanguages: Plugin = {
  name: 'without-other-languages',
  enforce: 'pre',
  load: {
    filter: { id: /[\\/]intl[\\/].*(?<!en-US)\.mjs$/ },
    handler: () => 'export default {};',
  },
};

export default defineConfig({
  // Macros turn the style() calls into CSS, which must have happened before anything else reads the modules.
  plugins: [withoutWebFonts, withoutOtherLanguages, macros.vite(), react()],
  html: { cspNonce: NONCE_PLACEHOLDER },
  build: {
    // All of them know light-dark(), which Spectrum's colours are written in.
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // The Content-Security-Policy has no room for data: URIs.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
  },
  server: {
    proxy: Object.fromEntries(
      ['/data', '/ims', '/docs', '/openapi.json'].map((path) => [path, 'http://127.0.0.1:8080']),
    ),
  },
});
