/** Schemas in the style of what people and their libraries write, by where one meets them. */
export const everydaySchemas: Readonly<Record<string, unknown>> = {
  'package.json': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'package.json',
    type: 'object',
    $defs: {
      dependencies: { type: 'object', additionalProperties: { type: 'string' } },
      person: {
        anyOf: [
          { type: 'string' },
          {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string' },
              email: { type: 'string', format: 'email' },
              url: { type: 'string', format: 'uri' },
            },
          },
        ],
      },
    },
    properties: {
      name: {
        type: 'string',
        minLength: 1,
        maxLength: 214,
        pattern: '^(?:@[a-z0-9-~][a-z0-9-._~]*/)?[a-z0-9-~][a-z0-9-._~]*$',
      },
      version: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+(?:-[0-9A-Za-z.-]+)?$' },
      private: { type: 'boolean', default: false },
      type: { enum: ['module', 'commonjs'] },
      keywords: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      author: { $ref: '#/$defs/person' },
      contributors: { type: 'array', items: { $ref: '#/$defs/person' } },
      bin: { type: ['string', 'object'], additionalProperties: { type: 'string' } },
      scripts: { type: 'object', additionalProperties: { type: 'string' }, propertyNames: { minLength: 1 } },
      dependencies: { $ref: '#/$defs/dependencies' },
      devDependencies: { $ref: '#/$defs/dependencies' },
      engines: { type: 'object', properties: { node: { type: 'string' } }, additionalProperties: { type: 'string' } },
      exports: { type: ['string', 'object'] },
    },
    required: ['name', 'version'],
  },
  'tsconfig.json': {
    type: 'object',
    properties: {
      extends: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      files: { type: 'array', items: { type: 'string' }, uniqueItems: true },
      compilerOptions: {
        type: 'object',
        properties: {
          target: {
            type: 'string',
            anyOf: [
              { enum: ['ES2015', 'ES2020', 'ES2022', 'ESNext'] },
              { pattern: '^([Ee][Ss]([356]|(20(1[5-9]|2[0-4]))|[Nn][Ee][Xx][Tt]))$' },
            ],
          },
          strict: { type: 'boolean', markdownDescription: 'Enable all strict checks.' },
          lib: { type: 'array', uniqueItems: true, items: { type: 'string', enum: ['DOM', 'ES2022', 'WebWorker'] } },
          paths: {
            type: 'object',
            additionalProperties: { type: 'array', uniqueItems: true, items: { type: ['string', 'null'] } },
          },
        },
      },
    },
    allowTrailingCommas: true,
  },
  GeoJSON: {
    oneOf: [
      {
        title: 'Point',
        type: 'object',
        required: ['type', 'coordinates'],
        properties: {
          type: { type: 'string', enum: ['Point'] },
          coordinates: { type: 'array', minItems: 2, items: { type: 'number' } },
          bbox: { type: 'array', minItems: 4, items: { type: 'number' } },
        },
      },
      {
        title: 'Polygon',
        type: 'object',
        required: ['type', 'coordinates'],
        properties: {
          type: { type: 'string', enum: ['Polygon'] },
          coordinates: {
            type: 'array',
            items: {
              type: 'array',
              minItems: 4,
              items: { type: 'array', minItems: 2, items: { type: 'number' } },
            },
          },
        },
      },
    ],
  },
  'OpenAI function parameters': {
    type: 'object',
    properties: {
      location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
      unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
    },
    required: ['location', 'unit'],
    additionalProperties: false,
  },
  'JSON Resume': {
    type: 'object',
    additionalProperties: false,
    definitions: {
      iso8601: {
        type: 'string',
        pattern: '^([1-2][0-9]{3}-[0-1][0-9]-[0-3][0-9]|[1-2][0-9]{3}-[0-1][0-9]|[1-2][0-9]{3})$',
      },
    },
    properties: {
      basics: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          email: { type: 'string', format: 'email' },
          url: { type: 'string', format: 'uri' },
          profiles: { type: 'array', items: { type: 'object', properties: { network: { type: 'string' } } } },
        },
      },
      work: {
        type: 'array',
        additionalItems: false,
        items: {
          type: 'object',
          properties: {
            startDate: { $ref: '#/definitions/iso8601' },
            highlights: { type: 'array', items: { type: 'string' } },
          },
        },
      },
    },
  },
  invoice: {
    type: 'object',
    properties: {
      number: { type: 'string', pattern: '^INV-\\d{6}$' },
      issued: { type: 'string', format: 'date' },
      currency: { type: 'string', minLength: 3, maxLength: 3, pattern: '^[A-Z]{3}$' },
      lines: {
        type: 'array',
        minItems: 1,
        maxItems: 100,
        items: {
          type: 'object',
          properties: {
            quantity: { type: 'integer', minimum: 1 },
            price: { type: 'number', minimum: 0, multipleOf: 0.01 },
            taxRate: { type: 'number', minimum: 0, maximum: 1 },
          },
          required: ['quantity', 'price'],
          additionalProperties: false,
        },
      },
      paid: { type: 'boolean' },
      paidOn: { type: 'string', format: 'date' },
    },
    required: ['number', 'issued', 'lines'],
    dependentRequired: { paidOn: ['paid'] },
  },
  CloudEvents: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      id: { description: 'Identifies the event.', $ref: '#/definitions/iddef', examples: ['A234-1234-1234'] },
      source: { $ref: '#/definitions/sourcedef' },
      specversion: { type: 'string', minLength: 1 },
      datacontenttype: { $ref: '#/definitions/datacontenttypedef' },
      time: { $ref: '#/definitions/timedef' },
      data: { $ref: '#/definitions/datadef' },
      data_base64: { type: ['string', 'null'], contentEncoding: 'base64' },
    },
    required: ['id', 'source', 'specversion'],
    definitions: {
      iddef: { type: 'string', minLength: 1 },
      sourcedef: { type: 'string', format: 'uri-reference', minLength: 1 },
      datacontenttypedef: { type: ['string', 'null'], minLength: 1 },
      timedef: { type: ['string', 'null'], format: 'date-time', minLength: 1 },
      datadef: { type: ['object', 'string', 'number', 'array', 'boolean', 'null'] },
    },
  },
  'JSON-LD': {
    type: 'object',
    properties: {
      '@context': {
        anyOf: [
          { type: 'string', format: 'uri' },
          { type: 'array', items: { type: ['string', 'object'] } },
        ],
      },
      '@id': { type: 'string', format: 'iri-reference' },
      '@type': { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }] },
      name: { type: 'string' },
    },
    required: ['@context', '@type'],
  },
  'Kubernetes deployment': {
    type: 'object',
    properties: {
      apiVersion: { type: ['string', 'null'], enum: ['apps/v1'] },
      kind: { type: 'string', enum: ['Deployment'] },
      metadata: {
        type: ['object', 'null'],
        properties: {
          labels: { type: ['object', 'null'], additionalProperties: { type: ['string', 'null'] } },
          creationTimestamp: { type: ['string', 'null'], format: 'date-time' },
        },
      },
      spec: {
        type: 'object',
        required: ['selector'],
        properties: {
          replicas: { type: ['integer', 'null'], format: 'int32' },
          selector: {
            type: 'object',
            properties: { matchLabels: { type: 'object', additionalProperties: { type: 'string' } } },
          },
          maxSurge: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
        },
      },
    },
    'x-kubernetes-group-version-kind': [{ group: 'apps', kind: 'Deployment', version: 'v1' }],
    'x-kubernetes-preserve-unknown-fields': true,
  },
  'Pydantic model': {
    $defs: {
      Cat: {
        properties: {
          pet_type: { const: 'cat', title: 'Pet Type', type: 'string' },
          lives: { default: 9, title: 'Lives', type: 'integer', exclusiveMinimum: 0, maximum: 9 },
        },
        required: ['pet_type'],
        title: 'Cat',
        type: 'object',
      },
      Dog: {
        properties: {
          pet_type: { const: 'dog', title: 'Pet Type', type: 'string' },
          name: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, title: 'Name' },
        },
        required: ['pet_type'],
        title: 'Dog',
        type: 'object',
      },
    },
    properties: {
      pet: {
        discriminator: { mapping: { cat: '#/$defs/Cat', dog: '#/$defs/Dog' }, propertyName: 'pet_type' },
        oneOf: [{ $ref: '#/$defs/Cat' }, { $ref: '#/$defs/Dog' }],
        title: 'Pet',
      },
      born: { anyOf: [{ format: 'date', type: 'string' }, { type: 'null' }], default: null, title: 'Born' },
      id: { format: 'uuid', title: 'Id', type: 'string' },
      tags: { items: { type: 'string' }, title: 'Tags', type: 'array', uniqueItems: true },
      scores: { additionalProperties: { type: 'number' }, title: 'Scores', type: 'object' },
      pair: {
        maxItems: 2,
        minItems: 2,
        prefixItems: [{ type: 'integer' }, { type: 'string' }],
        title: 'Pair',
        type: 'array',
      },
      home: { format: 'path', title: 'Home', type: 'string', writeOnly: true },
      budget: {
        anyOf: [{ type: 'number' }, { type: 'string', pattern: '^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$' }],
        title: 'Budget',
      },
    },
    required: ['pet', 'id'],
    title: 'Owner',
    type: 'object',
  },
  'Pydantic tree': {
    $defs: {
      Node: {
        properties: {
          value: { title: 'Value', type: 'integer' },
          children: { default: [], items: { $ref: '#/$defs/Node' }, title: 'Children', type: 'array' },
        },
        required: ['value'],
        title: 'Node',
        type: 'object',
      },
    },
    allOf: [{ $ref: '#/$defs/Node' }],
  },
  'Zod object': {
    type: 'object',
    properties: {
      username: { type: 'string', minLength: 3, maxLength: 20 },
      age: { type: 'integer', exclusiveMinimum: 0, maximum: 9007199254740991 },
      role: { type: 'string', enum: ['admin', 'user'] },
      website: { type: 'string', format: 'uri' },
      address: {
        anyOf: [
          { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
          { type: 'null' },
        ],
      },
      email: {
        type: 'string',
        format: 'email',
        pattern:
          "^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_'+\\-\\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\\-]*\\.)+[A-Za-z]{2,}$",
      },
    },
    required: ['username', 'age', 'role'],
    additionalProperties: false,
    $schema: 'https://json-schema.org/draft/2020-12/schema',
  },
  'Zod discriminated union': {
    anyOf: [
      {
        type: 'object',
        properties: { status: { type: 'string', const: 'success' }, data: { type: 'string' } },
        required: ['status', 'data'],
        additionalProperties: false,
      },
      {
        type: 'object',
        properties: { status: { type: 'string', const: 'failed' }, error: {} },
        required: ['status'],
        additionalProperties: false,
      },
    ],
  },
  'Zod record and tuple': {
    type: 'object',
    properties: {
      counts: { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'number' } },
      point: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], items: false, minItems: 2 },
    },
    required: ['counts', 'point'],
    additionalProperties: false,
  },
  'GitHub workflow': {
    type: 'object',
    properties: {
      name: { type: 'string' },
      on: {
        oneOf: [
          { type: 'string', enum: ['push', 'pull_request'] },
          { type: 'array', items: { type: 'string', enum: ['push', 'pull_request'] }, minItems: 1 },
        ],
      },
      jobs: {
        type: 'object',
        patternProperties: {
          '^[_a-zA-Z][a-zA-Z0-9_-]*$': {
            type: 'object',
            properties: {
              'runs-on': { type: 'string' },
              'timeout-minutes': { type: ['number', 'string'], default: 360 },
              steps: {
                type: 'array',
                minItems: 1,
                items: {
                  type: 'object',
                  oneOf: [{ required: ['uses'] }, { required: ['run'] }],
                  properties: { uses: { type: 'string' }, run: { type: 'string' } },
                },
              },
            },
            required: ['runs-on'],
          },
        },
        minProperties: 1,
        additionalProperties: false,
      },
    },
    required: ['on', 'jobs'],
    additionalProperties: false,
  },
  'docker compose': {
    type: 'object',
    patternProperties: { '^x-': {} },
    properties: {
      services: {
        type: 'object',
        patternProperties: {
          '^[a-zA-Z0-9._-]+$': {
            type: 'object',
            properties: {
              image: { type: 'string' },
              ports: { type: 'array', items: { type: ['string', 'number'] }, uniqueItems: true },
              environment: {
                oneOf: [
                  {
                    type: 'object',
                    patternProperties: { '.+': { type: ['string', 'number', 'boolean', 'null'] } },
                    additionalProperties: false,
                  },
                  { type: 'array', items: { type: 'string' }, uniqueItems: true },
                ],
              },
            },
            patternProperties: { '^x-': {} },
            additionalProperties: false,
          },
        },
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  },
  'address with conditions': {
    type: 'object',
    properties: { country: { enum: ['US', 'CA'], default: 'US' }, postal_code: { type: 'string' } },
    required: ['country', 'postal_code'],
    if: { properties: { country: { const: 'US' } }, required: ['country'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { postal_code: { pattern: '^[0-9]{5}(-[0-9]{4})?$' } } },
    else: { properties: { postal_code: { pattern: '^[A-Z][0-9][A-Z] [0-9][A-Z][0-9]$' } } },
  },
  'credit card': {
    type: 'object',
    properties: { name: { type: 'string' }, credit_card: { type: 'number' } },
    required: ['name'],
    dependentSchemas: {
      credit_card: { properties: { billing_address: { type: 'string' } }, required: ['billing_address'] },
    },
  },
  'extracted entities': {
    type: 'object',
    properties: {
      entities: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            text: { type: 'string' },
            label: { enum: ['PERSON', 'ORG', 'GPE'] },
            start: { type: 'integer', minimum: 0 },
          },
          required: ['text', 'label'],
          additionalProperties: false,
        },
      },
    },
    required: ['entities'],
    additionalProperties: false,
  },
  'steps of reasoning': {
    type: 'object',
    properties: {
      steps: {
        type: 'array',
        items: {
          type: 'object',
          properties: { explanation: { type: 'string' }, output: { type: 'string' } },
          required: ['explanation', 'output'],
          additionalProperties: false,
        },
      },
      final_answer: { type: 'string' },
    },
    required: ['steps', 'final_answer'],
    additionalProperties: false,
  },
  sentiment: {
    type: 'object',
    properties: {
      sentiment: { enum: ['positive', 'negative', 'neutral'] },
      confidence: { type: 'number', minimum: 0, maximum: 1 },
    },
    required: ['sentiment', 'confidence'],
  },
  'nullable by OpenAPI 3.1': {
    type: 'object',
    properties: {
      note: { type: ['string', 'null'], maxLength: 140 },
      due: { oneOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
    },
  },
  'OpenAPI component': {
    type: 'object',
    required: ['id', 'name'],
    properties: {
      id: { type: 'integer', format: 'int64', readOnly: true, example: 10 },
      name: { type: 'string', example: 'doggie', xml: { name: 'name' } },
      photoUrls: { type: 'array', xml: { wrapped: true }, items: { type: 'string' } },
      status: { type: 'string', deprecated: true, enum: ['available', 'pending', 'sold'] },
      docs: { type: 'string', externalDocs: { url: 'https://example.com' } },
    },
  },
  'user interface by recursion': {
    type: 'object',
    properties: {
      type: { type: 'string', enum: ['div', 'button', 'header'] },
      children: { type: 'array', items: { $ref: '#' } },
      attributes: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name: { type: 'string' }, value: { type: 'string' } },
          required: ['name', 'value'],
          additionalProperties: false,
        },
      },
    },
    required: ['type', 'children'],
    additionalProperties: false,
  },
  'file system': {
    type: 'object',
    patternProperties: { '^(/[^/]+)+$': { $ref: '#/$defs/entry' } },
    additionalProperties: false,
    $defs: {
      entry: {
        type: 'object',
        properties: {
          storage: { type: 'object', oneOf: [{ $ref: '#/$defs/disk' }, { $ref: '#/$defs/tmpfs' }] },
          fstype: { enum: ['ext3', 'ext4'] },
          options: { type: 'array', minItems: 1, items: { type: 'string' }, uniqueItems: true },
        },
        required: ['storage'],
      },
      disk: {
        properties: { type: { enum: ['disk'] }, device: { type: 'string', pattern: '^/dev/[^/]+(/[^/]+)*$' } },
        required: ['type', 'device'],
        additionalProperties: false,
      },
      tmpfs: {
        properties: { type: { enum: ['tmpfs'] }, sizeInMB: { type: 'integer', minimum: 16, maximum: 512 } },
        required: ['type', 'sizeInMB'],
        additionalProperties: false,
      },
    },
  },
  'calendar event': {
    $id: 'https://example.com/calendar.schema.json',
    type: 'object',
    required: ['startDate', 'summary'],
    properties: {
      startDate: { type: 'string', format: 'date-time' },
      endDate: { type: 'string', format: 'date-time' },
      summary: { type: 'string' },
      rdate: { type: 'array', items: { type: 'string', format: 'date' } },
      geo: { $ref: '#/$defs/geo' },
    },
    $defs: {
      geo: {
        type: 'object',
        properties: {
          latitude: { type: 'number', minimum: -90, maximum: 90 },
          longitude: { type: 'number', minimum: -180, maximum: 180 },
        },
      },
    },
  },
  'contains a number': { type: 'array', contains: { type: 'number' }, minContains: 1, maxContains: 3, maxItems: 8 },
  'list of unique colours': {
    type: 'array',
    items: { enum: ['red', 'green', 'blue'] },
    uniqueItems: true,
    minItems: 1,
  },
  'draft 7 tuple': {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'array',
    items: [{ type: 'number' }, { type: 'string' }],
    additionalItems: false,
  },
  'draft 7 dependencies': {
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    dependencies: { a: ['b'] },
  },
  'closed by unevaluatedProperties': {
    allOf: [{ properties: { a: { type: 'string' } } }],
    properties: { b: { type: 'number' } },
    unevaluatedProperties: false,
    type: 'object',
  },
  'not empty': { type: 'string', not: { const: '' } },
  'not a kind': {
    type: 'object',
    properties: { kind: { type: 'string', not: { enum: ['none', 'other'] } } },
    required: ['kind'],
  },
  'settings with a minimum of properties': {
    type: 'object',
    additionalProperties: { type: 'string' },
    minProperties: 2,
    maxProperties: 5,
  },
  'language tags': {
    type: 'object',
    propertyNames: { pattern: '^[a-z]{2}(-[A-Z]{2})?$' },
    additionalProperties: { type: 'string' },
    minProperties: 1,
  },
  'form with types of fields': {
    type: 'array',
    items: {
      oneOf: [
        {
          type: 'object',
          properties: { kind: { const: 'text' }, maxLength: { type: 'integer' } },
          required: ['kind'],
          additionalProperties: false,
        },
        {
          type: 'object',
          properties: { kind: { const: 'choice' }, options: { type: 'array', items: { type: 'string' }, minItems: 2 } },
          required: ['kind', 'options'],
          additionalProperties: false,
        },
      ],
    },
  },
  'SQL query plan': {
    type: 'object',
    properties: {
      select: { type: 'array', items: { type: 'string', pattern: '^[a-z_]+(\\.[a-z_]+)?$' } },
      where: { $ref: '#/$defs/condition' },
      limit: { type: 'integer', minimum: 1, maximum: 1000 },
    },
    required: ['select'],
    $defs: {
      condition: {
        oneOf: [
          {
            type: 'object',
            properties: { and: { type: 'array', items: { $ref: '#/$defs/condition' } } },
            required: ['and'],
            additionalProperties: false,
          },
          {
            type: 'object',
            properties: {
              field: { type: 'string' },
              op: { enum: ['=', '<', '>'] },
              value: { type: ['string', 'number', 'boolean', 'null'] },
            },
            required: ['field', 'op', 'value'],
            additionalProperties: false,
          },
        ],
      },
    },
  },
  'telephone and post code': {
    type: 'object',
    properties: {
      phone: { type: 'string', pattern: '^\\+?[1-9]\\d{1,14}$' },
      zip: { type: 'string', pattern: '^\\d{5}(?:[-\\s]\\d{4})?$' },
      colour: { type: 'string', pattern: '^#(?:[0-9a-fA-F]{3}){1,2}$' },
      slug: { type: 'string', pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$', maxLength: 60 },
    },
  },
  'network interface': {
    type: 'object',
    properties: {
      ip: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }], type: 'string' },
      host: { type: 'string', format: 'idn-hostname' },
      mask: { type: 'integer', minimum: 0, maximum: 32 },
      pattern: { type: 'string', format: 'regex' },
      pointer: { type: 'string', format: 'json-pointer' },
    },
  },
  'money in two currencies': {
    type: 'object',
    properties: {
      amount: { type: 'string', pattern: '^-?\\d{1,12}\\.\\d{2}$' },
      currency: { $ref: '#/$defs/currency' },
    },
    required: ['amount', 'currency'],
    $defs: { currency: { $anchor: 'currency', enum: ['EUR', 'USD'], enumNames: ['Euro', 'Dollar'] } },
  },
};
