import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import a11y from 'eslint-plugin-jsx-a11y-x';
import hooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const features = readdirSync(new URL('./src/features', import.meta.url));
const upwards = { group: ['../*'], message: 'Import from another folder as "@/...".' };
const app = {
  group: ['@/app/*', '@/app/**'],
  message: 'Only the app composes; nothing imports it.',
};

/** A feature may use what all share, and itself; never a sibling, never the app. */
const featureZones = features.map((feature) => ({
  files: [`src/features/${feature}/**`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          upwards,
          app,
          {
            group: ['@/features/*/**', `!@/features/${feature}/**`],
            message: 'Features do not know each other; compose them in the app.',
          },
        ],
      },
    ],
  },
}));

/** What all features share knows none of them. */
const sharedZone = {
  files: ['src/{api,realtime,i18n,components,styles}/**'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          upwards,
          app,
          { group: ['@/features/**'], message: 'Shared code does not know the features.' },
        ],
      },
    ],
  },
};

const markup = 'Text reaches the page as text nodes only, never as markup.';

export default defineConfig(
  globalIgnores([
    'dist',
    'screenshots',
    'test-results',
    'playwright-report',
    'src/api/schema.d.ts',
  ]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  hooks.configs.flat['recommended-latest'],
  a11y.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'src/early.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'no-restricted-imports': ['error', { patterns: [upwards] }],
      'no-restricted-syntax': [
        'error',
        { selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]', message: markup },
        { selector: 'Property[key.name="dangerouslySetInnerHTML"]', message: markup },
        {
          selector:
            'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe)$/]',
          message: markup,
        },
        {
          selector: 'MemberExpression[object.name="document"][property.name="write"]',
          message: markup,
        },
        {
          selector: 'ExportAllDeclaration',
          message: 'No barrel files: import from the file itself.',
        },
      ],
      'max-lines': ['error', { max: 260, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  sharedZone,
  featureZones,
  {
    files: ['**/*.test.{ts,tsx}', 'e2e/**', 'src/testing/**'],
    rules: {
      'max-lines': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: Object.fromEntries(
        'document fetch localStorage location navigator URL URLSearchParams window'
          .split(' ')
          .map((name) => [name, 'readonly']),
      ),
    },
  },
);
