import * as z from 'zod'
import { scopes } from './schema-requirement.ts'
import { plainText, webUrl } from './schema-text.ts'

const LANGUAGE = '#[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*'
/** Members of the RFC 9728 document that nothing else in the file says. */
export const metadata = z
  .object({
    resource_name: plainText.optional().describe('Name of the resource, for people.'),
    resource_documentation: webUrl.optional().describe('Page for developers.'),
    resource_policy_uri: webUrl.optional().describe('Page about the use of data.'),
    resource_tos_uri: webUrl.optional().describe('Terms of service.'),
    scopes_supported: scopes
      .optional()
      .meta({ description: 'Scopes that are advertised.', otherwise: 'the scopes that clients request' }),
  })
  .catchall(z.unknown())
  .meta({
    additionalProperties: false,
    patternProperties: {
      [`^resource_name${LANGUAGE}$`]: { type: 'string' },
      [`^resource_(?:documentation|policy_uri|tos_uri)${LANGUAGE}$`]: { type: 'string', pattern: '^https?://' },
    },
  })
