// Made by `python -m vestibule.gateway.reference` from /openapi.json; not to be changed by hand.

export interface AgentTemplateList {
  data: Array<WireAgentTemplate>;
  object: "list";
}

/** What one key, tenant or model may use; None is as much as it likes. `concurrency` are requests under way at once, days and months those of UTC, money what models outside cost by their `prices`. */
export interface Allowance {
  requests_per_minute?: number | null;
  tokens_per_minute?: number | null;
  concurrency?: number | null;
  tokens_per_day?: number | null;
  eur_per_month?: number | null;
}

export interface AnswerFormat {
  json_schema: AnswerSchema;
  type: "json_schema";
}

/** A JSON schema, draft 2020-12. */
export interface AnswerSchema {
  name: string;
  schema: Record<string, unknown>;
  strict: boolean;
}

export interface AppliedReply {
  version: WireVersion;
  changes: Array<Change>;
  warnings: Array<Mistake>;
  merged: boolean;
  object: "configuration.applied";
}

/** `if` is the version its author began with; `merge`: with what was changed in other sections since then. */
export interface ApplyBody {
  text?: string | null;
  document?: Record<string, unknown> | null;
  reason?: string;
  if?: number | null;
  merge?: boolean;
}

/** `stopped` says why it is given to nobody any more, "" while it is. */
export interface ArmReport {
  id: string;
  weight: number;
  requests: number;
  units: number;
  verdict: "better" | "collecting" | "first" | "undecided" | "worse";
  metrics: Record<string, MetricReport>;
  stopped: string;
}

/** `outcome` is "answered", a fault or an error's code. Tokens are what the provider reported, None where it did not: of an answer that broke off, mostly. */
export interface Attempt {
  /** The model that was asked. */
  model: string;
  /** `answered`, a fault, or the code of an error. */
  outcome: string;
  /** As the provider reported it; left out where it did not. */
  prompt_tokens?: number | null;
  /** As the provider reported it; left out where it did not. */
  completion_tokens?: number | null;
}

/** Newest first. */
export interface AuditList {
  data: Array<Listed>;
  object: "list";
}

/** `anchor` is the last in the log; `unproven` records are newer than the last anchor of their chain. */
export interface AuditVerification {
  proven: boolean;
  records: number;
  unproven: number;
  anchor: number;
  anchor_at: string | null;
  findings: Array<Finding>;
  object: "audit.verification";
}

/** The body of `POST /v1/batches`. `output_expires_after` counts from when its files are written. */
export interface BatchBody {
  input_file_id: string;
  endpoint: string;
  completion_window: "24h";
  metadata?: Record<string, string> | null;
  output_expires_after?: ExpiresAfter | null;
}

export interface BatchList {
  data: Array<WireBatch>;
  has_more: boolean;
  first_id?: string;
  last_id?: string;
  object: "list";
}

/** A hit is `exact` where the answer was there, of age `age_s`, and `shared` where it was just being made for an identical request. */
export interface CacheReport {
  /** `bypass` where it was not looked at. */
  status: "bypass" | "hit" | "miss";
  /** `shared` where the same question was just being answered. */
  level?: "exact" | "shared" | null;
  /** Seconds since it was answered first. */
  age_s?: number | null;
}

/** `before` or `after` None: it was not there, or is there no more. Prices go by model and day, experiments and their arms by id. */
export interface Change {
  path: string;
  before: unknown;
  after: unknown;
}

/** The body of `POST /v1/chat/completions`; `vestibule` is our own part of it. */
export interface ChatBody {
  model: string;
  messages: Array<WireMessage>;
  stream?: boolean | null;
  stream_options?: ChatRequestStreamOptions | null;
  temperature?: number | null;
  top_p?: number | null;
  /** @deprecated use max_completion_tokens */
  max_tokens?: number | null;
  max_completion_tokens?: number | null;
  stop?: string | Array<string> | null;
  seed?: number | null;
  metadata?: Record<string, string> | null;
  vestibule?: Options | null;
  user?: string | null;
  safety_identifier?: string | null;
  prompt_cache_key?: string | null;
  prompt_cache_retention?: string | null;
  /** accepted, without effect */
  prompt_cache_options?: unknown;
  parallel_tool_calls?: boolean | null;
  tools?: Array<WireTool> | null;
  tool_choice?: "auto" | "none" | "required" | WireNamedChoice | null;
  response_format?: WireResponseFormat | null;
  n?: number | null;
  functions?: Array<null> | null;
  /** not served yet */
  function_call?: null;
  logprobs?: boolean | null;
  top_logprobs?: number | null;
  logit_bias?: Record<string, number> | null;
  modalities?: Array<string> | null;
  /** not served yet */
  audio?: null;
  /** not served yet */
  prediction?: null;
  /** not served yet */
  web_search_options?: null;
  /** not served yet */
  moderation?: null;
  store?: boolean | null;
  frequency_penalty?: number | null;
  presence_penalty?: number | null;
  reasoning_effort?: string | null;
  verbosity?: string | null;
  service_tier?: string | null;
}

export interface ChatCompletion {
  id: string;
  created: number;
  model: string;
  choices: Array<Choice>;
  usage: WireUsage;
  vestibule: Report;
  object: "chat.completion";
}

export interface ChatCompletionChunk {
  id: string;
  created: number;
  model: string;
  choices: Array<ChunkChoice>;
  usage?: WireUsage | null;
  vestibule?: Report;
  object: "chat.completion.chunk";
}

export interface ChatRequestPart {
  type: "file" | "image_url" | "input_audio" | "refusal" | "text";
  text?: string | null;
  refusal?: string | null;
  image_url?: WireImage | null;
  /** not served yet */
  input_audio?: null;
  /** not served yet */
  file?: null;
  /** accepted, without effect */
  prompt_cache_breakpoint?: unknown;
}

export interface ChatRequestStreamOptions {
  include_usage?: boolean | null;
  include_obfuscation?: boolean | null;
}

/** One of the two: a text, or messages as in a chat request. */
export interface CheckBody {
  text?: string | null;
  messages?: Array<Record<string, unknown>> | null;
}

/** `leaves` is the text in the only form in which it could leave, None where none of it could; `cloud` says which provider the policy would let have it. */
export interface CheckReport {
  class: string;
  reasons: Array<string>;
  spans: Array<Span>;
  leaves: string | null;
  cloud: Array<CloudVerdict>;
  policy: string;
}

export interface Choice {
  message: ReplyMessage;
  finish_reason: "content_filter" | "length" | "stop" | "tool_calls";
  index: number;
  logprobs: WireLogprobs | null;
  vestibule?: Report;
}

export interface ChunkChoice {
  delta: ChunkDelta;
  finish_reason: "content_filter" | "length" | "stop" | "tool_calls" | null;
  index: number;
  logprobs: WireLogprobs | null;
  vestibule?: Report;
}

export interface ChunkDelta {
  role?: "assistant";
  content?: string;
  tool_calls?: Array<WireToolCallDelta>;
}

/** `[index]` in the text. `quote` is the exact span of the cited passage, or the statement of a tool result. */
export interface Citation {
  /** The number in the text. */
  index: number;
  /** The document; of computed results it begins with `data/`. */
  document_id: string;
  /** The name of the document or of the measurement. */
  title: string;
  /** Where in it: a section, a page, a period. */
  locator: string;
  /** The exact words that the statement rests on. */
  quote: string;
}

export interface CloudVerdict {
  provider: string;
  region: string;
  allowed: boolean;
  reason: string;
}

/** A part that must be there to answer; `reason` says what is missing and never names a secret. */
export interface Component {
  ok: boolean;
  reason: string;
}

/** One of the two: the text of a version, in YAML or JSON, or what it says as an object. */
export interface ConfigurationBody {
  text?: string | null;
  document?: Record<string, unknown> | null;
}

/** A `slider` goes from `minimum` to `maximum`; a `switch` is one of `values`. It is sent as `vestibule.controls.<id>`; left out it is `default`. */
export interface Control {
  id: string;
  kind: "slider" | "switch";
  label: string;
  help: string;
  default: boolean | number | string;
  values?: Array<boolean | string>;
  minimum?: number;
  maximum?: number;
  object: "control";
}

export interface ControlList {
  data: Array<Control>;
  object: "list";
}

/** Linguistic potentiometers in [0, 1] and switches; None means the default of the tenant. */
export interface Controls {
  /** Whether statements are followed by numbers that lead to their sources. */
  citations?: boolean | null;
}

/** As `CheckReport`, with `leaves` holding the content of each message. */
export interface ConversationReport {
  class: string;
  reasons: Array<string>;
  spans: Array<MessageSpan>;
  leaves: Array<string> | null;
  cloud: Array<CloudVerdict>;
  policy: string;
}

/** What it cost, with what was used at home: `kwh` and grams of CO2e, None where no model at home was asked. `saved` is against all of it in the cloud, None where no price there is known. */
export interface CostReport {
  /** What left the house for it, and energy and machine at home. */
  amount: number;
  /** ISO 4217. */
  currency: string;
  /** Against asking the cheapest model outside that could have answered; null where no price is known. */
  saved: number | null;
  /** Energy drawn at home; null where no model there was asked. */
  kwh: number | null;
  /** Grams of CO2e of that energy. */
  co2e_g: number | null;
}

export interface Counts {
  total: number;
  completed: number;
  failed: number;
}

export interface DeletedFile {
  id: string;
  object: "file";
  deleted: true;
}

export interface DeletedResponse {
  id: string;
  deleted: boolean;
  object: "response";
}

export interface Embedding {
  index: number;
  embedding: Array<number> | string;
  object: "embedding";
}

/** The body of `POST /v1/embeddings`; arrays of token numbers are understood only to be refused clearly. */
export interface EmbeddingBody {
  model: string;
  input: string | Array<string | number | Array<number>>;
  encoding_format?: "base64" | "float";
  dimensions?: number | null;
  user?: string | null;
}

export interface EmbeddingList {
  model: string;
  data: Array<Embedding>;
  usage: EmbeddingUsage;
  object: "list";
}

export interface EmbeddingUsage {
  prompt_tokens: number;
  total_tokens: number;
}

/** Without `confirm` it is only counted what would go. */
export interface EraseBody {
  tenant: string;
  person?: string | null;
  documents?: boolean;
  confirm?: boolean;
}

/** `found` is how much there was, `erased` how much of it went. */
export interface ErasurePart {
  name: string;
  found: number;
  erased: number;
}

/** `stays` says what is not erased and why, `never_kept` what there is nowhere to erase from. */
export interface ErasureReport {
  tenant: string;
  person: string | null;
  parts: Array<ErasurePart>;
  audit_id: string | null;
  stays: Array<string>;
  never_kept: Array<string>;
}

export interface ErrorBody {
  error: ErrorObject;
}

export interface ErrorObject {
  message: string;
  type: string;
  param: string | null;
  code: string;
}

export interface ExperimentList {
  data: Array<ExperimentReport>;
  object: "list";
}

export interface ExperimentReport {
  id: string;
  edition: string;
  state: "running" | "stopped";
  metric: "cost_eur" | "failed" | "latency_s" | "quality" | "thumbs_down" | "thumbs_up";
  sticky: string;
  share: number;
  confidence: number;
  enough: number;
  arms: Array<ArmReport>;
  config_version: number;
}

export interface ExpiresAfter {
  anchor: "created_at";
  seconds: number;
}

/** `id` is that of the answer, as `chatcmpl-…`. */
export interface FeedbackBody {
  id: string;
  rating: "down" | "up";
}

export interface FeedbackReply {
  id: string;
  rating: "down" | "up";
  object: "feedback";
}

/** `index` is where in the text the mark of the citation stands, in characters. */
export interface FileCitation {
  type?: "file_citation";
  file_id: string;
  index: number;
  filename: string;
}

export interface FileForm {
  purpose: "batch";
  file: Blob;
  "expires_after[anchor]"?: "created_at";
  "expires_after[seconds]"?: number;
}

export interface FileList {
  data: Array<WireFile>;
  has_more: boolean;
  first_id: string;
  last_id: string;
  object: "list";
}

/** A search of the knowledge base; `results` only where they were asked for. */
export interface FileSearchCall {
  type?: "file_search_call";
  id: string;
  queries: Array<string>;
  status: "completed" | "in_progress" | "searching";
  results: Array<SearchResult> | null;
}

export interface FileSearchTool {
  type?: "file_search";
  vector_store_ids: Array<string>;
  max_num_results?: number;
}

/** One thing that is wrong. `first` to `last` are numbers of records in `chain`, or of anchors without a chain. */
export interface Finding {
  kind: "anchor_forged" | "anchor_removed" | "chain_changed" | "chain_cut" | "chain_removed" | "chain_unanchored" | "record_changed" | "record_inserted" | "record_moved" | "record_removed" | "trail_cut";
  chain: string;
  first: number;
  last: number;
  message: string;
}

export interface FunctionCall {
  type?: "function_call";
  id: string;
  call_id: string;
  name: string;
  arguments: string;
  status: "completed" | "in_progress" | "incomplete";
}

export interface FunctionOutput {
  type?: "function_call_output";
  id: string;
  call_id: string;
  output: string;
  status: "completed" | "in_progress" | "incomplete";
}

export interface FunctionTool {
  type?: "function";
  name: string;
  parameters: Record<string, unknown> | null;
  strict: boolean | null;
  description: string | null;
}

export interface Health {
  status: string;
  components: Record<string, Component>;
}

/** An experiment that the request took part in, and the arm it had. */
export interface InArm {
  id: string;
  arm: string;
}

export interface Incomplete {
  reason: "content_filter" | "max_output_tokens";
}

export interface InputDetails {
  cached_tokens: number;
  cache_write_tokens: number;
}

export interface InputImage {
  type?: "input_image";
  image_url: string;
  detail: "auto" | "high" | "low";
}

export interface InputText {
  type?: "input_text";
  text: string;
}

export interface Interval {
  low: number;
  high: number;
}

export interface ItemList {
  data: Array<MessageItem | FunctionCall | FunctionOutput | FileSearchCall>;
  first_id: string;
  last_id: string;
  has_more: boolean;
  object: "list";
}

/** Our own classes: how private the text is, why, and where in it, in characters. */
export interface Judged {
  class: string;
  reasons: Array<string>;
  spans: Array<Span>;
}

/** `tenant` is the caller's own, `class` the caller's own clearance, where they are not given. */
export interface KeyBody {
  scopes?: Array<string>;
  name?: string;
  tenant?: string | null;
  expires_at?: string | null;
  models?: Array<string> | null;
  class?: "confidential" | "internal" | "public" | "restricted" | null;
  origins?: Array<string>;
  networks?: Array<string>;
  user?: string | null;
}

export interface KeyList {
  data: Array<WireKey>;
  object: "list";
}

export interface LimitList {
  data: Array<WireLimits>;
  object: "list";
}

/** `id` is what `Audit.keep` returned. `digest` is of what left, under a key of the tenant; `lost` is for gaps. `configuration` is the version it was decided by, null where there was none. */
export interface Listed {
  id: string;
  at: string;
  kind: "decision" | "gap";
  request_id: string;
  tenant: string;
  who: string;
  class: string;
  reasons: Array<string>;
  policy: string;
  destination: string;
  model: string;
  action: "cleared" | "erased" | "home" | "refused";
  attempt: number;
  pseudonymised: number;
  digest: string | null;
  lost: number;
  configuration: number | null;
}

export interface MessageItem {
  type?: "message";
  id: string;
  role: "assistant" | "developer" | "system" | "user";
  content: Array<InputText | InputImage | OutputText | Refusal>;
  status: "completed" | "in_progress" | "incomplete";
}

/** A span of one message's content. */
export interface MessageSpan {
  message: number;
  type: string;
  start: number;
  end: number;
  score: number;
  recognizer: string;
  rule: string;
}

/** `mean` with its interval, in the metric's unit (seconds: their geometric mean), and how much more it is than the first arm's (seconds: as a share). None where nothing was measured, or too little to tell. */
export interface MetricReport {
  units: number;
  mean: number | null;
  interval: Interval | null;
  difference: number | null;
  difference_interval: Interval | null;
  verdict: "better" | "collecting" | "first" | "undecided" | "worse";
}

/** `line` counts from 1; a warning is probably not what was meant and stops nothing. */
export interface Mistake {
  line: number;
  path: string;
  message: string;
  mend: string;
  severity: "error" | "warning";
}

export interface ModelList {
  data: Array<WireModel>;
  object: "list";
}

/** The body of `POST /v1/moderations`; parts of the `input` may be `{"type": "text", "text"}`. */
export interface ModerationBody {
  input: string | Array<string | Record<string, unknown>>;
  model?: string | null;
}

export interface ModerationReply {
  id: string;
  model: string;
  results: Array<ModerationResult>;
}

export interface ModerationResult {
  flagged: boolean;
  vestibule: Judged;
  categories: Record<string, boolean>;
  category_scores: Record<string, number>;
  category_applied_input_types: Record<string, Array<string>>;
}

export interface Named {
  name: string;
}

/** The `vestibule` object of a request. `grammar` (GBNF) is what the answer is held to as it is written. `session` is any name for what belongs together: its requests are answered where the ones before were read. */
export interface Options {
  /** What the answer is to be like; `GET /v1/controls` lists what can be said. */
  controls?: Controls;
  /** Whether documents of the house are searched for the answer. */
  knowledge?: boolean;
  /** Names of the buildings that are meant; left out, those the question names. */
  buildings?: Array<string> | null;
  /** How private the request is at least, and whether it may leave. */
  privacy?: PrivacyOptions;
  /** `bypass` neither reads nor writes the cache, `refresh` writes, `only` asks no model. */
  cache?: "bypass" | "default" | "only" | "refresh";
  /** How long it may take, and what the model is to be loaded with. */
  route?: RouteOptions;
  /** A grammar (GBNF) that the answer keeps to, of a model that this house runs from a GGUF file. */
  grammar?: string | null;
  /** A name of yours for what belongs together; left out, `prompt_cache_key` or `user` is taken for it. */
  session?: string | null;
}

export interface OutputDetails {
  reasoning_tokens: number;
}

export interface OutputText {
  type?: "output_text";
  text: string;
  annotations: Array<FileCitation>;
  logprobs: Array<WireTokenLogprob>;
}

/** What a score is the sum of: what speaks for a model is above 0, what speaks against it below. */
export interface Parts {
  quality: number;
  latency: number;
  cost: number;
  privacy: number;
}

/** Seconds from asking to the first piece of an answer and to its end, `wait_s` of them for its turn; None where nothing is known. `stated` are figures for models of its kind, `measured` those of its own recent answers. Nineteen of twenty come within `first_token_p95_s` and `finish_p95_s`, as those did. */
export interface Predicted {
  /** Seconds from asking the model to its first word. */
  first_token_s: number | null;
  /** Seconds from asking it to the end of its answer. */
  finish_s: number | null;
  /** `measured` from its own answers, `stated` for models of its kind, or `unknown`. */
  basis: "measured" | "stated" | "unknown";
  /** Seconds of these that it waits for its turn. */
  wait_s: number | null;
  /** Nineteen of twenty first words come within so many seconds; null where few were seen. */
  first_token_p95_s: number | null;
  /** Nineteen of twenty answers end within so many seconds; null where few were seen. */
  finish_p95_s: number | null;
}

export type PrivacyCheckReply = CheckReport | ConversationReport;

/** `consent` to the cloud for this request; False keeps it at home whatever the policy says. */
export interface PrivacyOptions {
  /** Raises the class of the request; it is never lowered. */
  class?: "confidential" | "internal" | "public" | "restricted" | null;
  /** false keeps this request at home, whatever the policy allows. */
  consent?: boolean | null;
}

/** `pseudonymised` originals stayed behind when it `left`; `unrestored` are placeholders in the answer that stand for none of them. */
export interface PrivacyReport {
  /** `public`, `internal`, `confidential` or `restricted`. */
  class: string;
  /** Types of what was found and rules that held; never the text itself. */
  reasons: Array<string>;
  /** Whether anything left the house. */
  left: boolean;
  /** How many names and numbers left as placeholders. */
  pseudonymised: number;
  /** Placeholders of the answer that stand for nothing that was sent. */
  unrestored: number;
}

/** What is wrong with a line of the input file; quotes nothing of it. Lines are counted from 1. */
export interface Problem {
  code: string;
  message: string;
  param: string | null;
  line: number | null;
}

export interface ProblemList {
  data: Array<Problem>;
  object: "list";
}

export interface PromoteBody {
  arm: string;
  reason: string;
}

/** The version in which the arm's choice is the rule. */
export interface Promotion {
  experiment: string;
  arm: string;
  config_version: number;
}

export interface PromptDetails {
  cached_tokens: number;
}

/** `None`, never 0, where something cannot be measured. */
export interface QualityReport {
  /** null where it was not measured. */
  score: number | null;
  /** The share of sentences that passed, by the check; null where there was nothing to check. */
  checks: Record<string, number | null>;
}

export interface Reasoning {
  effort?: string | null;
  /** not served yet */
  summary?: null;
  /** not served yet */
  generate_summary?: null;
  /** not served yet */
  context?: null;
  /** not served yet */
  mode?: null;
}

export interface ReasoningSaid {
  effort: string | null;
  summary: null;
}

export interface Refusal {
  type?: "refusal";
  refusal: string;
}

export interface ReplyMessage {
  content: string | null;
  role: "assistant";
  refusal: string | null;
  tool_calls?: Array<WireToolCall>;
}

/** The `vestibule` block. `logprobs` that were asked for are withheld where the answer is not the model's own words to the end. */
export interface Report {
  /** The id of the answer, for feedback and for the audit trail. */
  id: string;
  /** How private question and sources were together, and what left. */
  privacy: PrivacyReport;
  /** Who answered, where, and why. */
  route: RouteReport;
  /** What `[1]`, `[2]` … in the text stand for. */
  citations: Array<Citation>;
  /** What was checked. */
  quality: QualityReport;
  /** What it cost, and what was saved by not asking outside. */
  cost: CostReport;
  /** Whether it was answered before. */
  cache: CacheReport;
  /** Milliseconds of each step, in their order, and of the `total`. */
  timings_ms: Record<string, number>;
  /** Where they were asked for: `withheld` where the answer is not the model's own words to the end. */
  logprobs?: "told" | "withheld";
}

export interface RequestStreamOptions {
  include_obfuscation?: boolean | null;
}

export interface Response {
  id: string;
  created_at: number;
  model: string;
  status: "completed" | "failed" | "in_progress" | "incomplete";
  output: Array<MessageItem | FunctionCall | FunctionOutput | FileSearchCall>;
  completed_at: number | null;
  error: ResponseError | null;
  incomplete_details: Incomplete | null;
  usage?: ResponseUsage;
  instructions: string | null;
  previous_response_id: string | null;
  tools: Array<FunctionTool | FileSearchTool>;
  tool_choice: "auto" | "none" | "required" | ToolType;
  parallel_tool_calls: boolean;
  max_tool_calls: number | null;
  text: TextOptions;
  temperature: number | null;
  top_p: number | null;
  max_output_tokens: number | null;
  metadata: Record<string, string>;
  user?: string;
  safety_identifier: string | null;
  prompt_cache_key: string | null;
  reasoning: ReasoningSaid;
  background: boolean;
  truncation: string;
  service_tier: string;
  top_logprobs: number;
  vestibule?: Report;
  object: "response";
}

/** The body of `POST /v1/responses`; `vestibule` is our own part of it. */
export interface ResponseBody {
  model?: string | null;
  input?: string | Array<Record<string, unknown>> | null;
  instructions?: string | null;
  previous_response_id?: string | null;
  stream?: boolean | null;
  stream_options?: RequestStreamOptions | null;
  store?: boolean | null;
  include?: Array<string> | null;
  tools?: Array<Record<string, unknown>> | null;
  tool_choice?: "auto" | "none" | "required" | ToolType | null;
  parallel_tool_calls?: boolean | null;
  max_tool_calls?: number | null;
  text?: TextOptions | null;
  temperature?: number | null;
  top_p?: number | null;
  max_output_tokens?: number | null;
  metadata?: Record<string, string> | null;
  vestibule?: Options | null;
  user?: string | null;
  safety_identifier?: string | null;
  prompt_cache_key?: string | null;
  prompt_cache_retention?: string | null;
  /** accepted, without effect */
  prompt_cache_options?: unknown;
  background?: boolean | null;
  truncation?: string | null;
  reasoning?: Reasoning | null;
  service_tier?: string | null;
  top_logprobs?: number | null;
  /** not served yet */
  prompt?: null;
  /** not served yet */
  conversation?: null;
  context_management?: Array<null> | null;
  /** not served yet */
  moderation?: null;
}

/** `code` is of OpenAI's list; ours stands in front of the message. */
export interface ResponseError {
  code: "invalid_prompt" | "rate_limit_exceeded" | "server_error";
  message: string;
}

export interface ResponseUsage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  input_tokens_details: InputDetails;
  output_tokens_details: OutputDetails;
}

export interface RollbackBody {
  version: number;
  reason?: string;
}

/** The secret there was works for `overlap_s` more. */
export interface RotateBody {
  overlap_s?: number;
}

/** `adapters`: LoRA adapters of the model by their names, and how much of each there is to be; 1 is as trained. `task` is the kind of work it is, where it need not be recognised. */
export interface RouteOptions {
  /** Seconds within which the whole answer is wanted. */
  deadline_s?: number | null;
  /** How much of each LoRA adapter of the model, by its name; 1 is as trained. */
  adapters?: Record<string, number>;
  /** The kind of work it is; left out, it is recognised. */
  task?: "analysis" | "code" | "coordination" | "forecast" | "lookup" | "optimisation" | "report" | null;
}

/** `candidates` is how many models were weighed; `task` and `predicted`, what was expected of the one that answered, are None where it was named. */
export interface RouteReport {
  /** The model that answered. */
  model: string;
  /** Who runs it. */
  provider: string;
  /** Decided by the address that was connected to. */
  location: "cloud" | "home";
  /** Why this one. */
  reason: string;
  /** Each try, the last of them the one that answered. */
  attempts: Array<Attempt>;
  /** The version of the configuration that the request began with. */
  config_version: number;
  /** The kind of work it was taken for; null for a question of no special kind, or a model that was named. */
  task: "analysis" | "code" | "coordination" | "forecast" | "lookup" | "optimisation" | "report" | null;
  /** What was expected of this model when it was asked. */
  predicted: Predicted | null;
  /** How many models were weighed, with those that were left out. */
  candidates: number;
  /** The experiments that it took part in, and the arm that it had; left out where there is none. */
  experiments?: Array<InArm>;
}

export interface RoutingExplanation {
  /** The model that would be asked first; null where none may answer. */
  chosen: string | null;
  /** In the order they would be asked, then those that would not. */
  candidates: Array<WireCandidate>;
  /** The version of the configuration in force. */
  config_version: number;
  /** The kind of work it is taken for. */
  task: "analysis" | "code" | "coordination" | "forecast" | "lookup" | "optimisation" | "report" | null;
  /** From 0 to 1; null where nothing is weighed, as a model is named. */
  difficulty: number | null;
  /** `public`, `internal`, `confidential` or `restricted`, without what a search would find. */
  class: string;
}

/** Of `answers`, `priced` are those whose cost in the cloud is known: the amounts, in EUR, are of them alone, and None where there are none. `share` is what was paid of what the cloud would have taken. */
export interface Savings {
  /** Requests that were answered. */
  answers: number;
  /** Of these, by a model at home. */
  at_home: number;
  /** Of these, from the cache. */
  cached: number;
  /** Of these, those whose cost in the cloud is known: the amounts, in EUR, are of them alone. */
  priced: number;
  /** What they would have cost outside; null where no price is known. */
  cloud_eur: number | null;
  /** What they did cost outside. */
  spent_eur: number | null;
  /** What energy and machine cost at home. */
  home_eur: number | null;
  /** The first less the other two. */
  saved_eur: number | null;
  /** What was paid of what the cloud would have taken. */
  share: number | null;
  /** Energy drawn at home by all answers. */
  kwh: number;
  /** Grams of CO2e of that energy. */
  co2e_g: number;
}

export interface SavingsReport {
  /** How far it looks back. */
  hours: number;
  /** Sums of the answers of that time. */
  savings: Savings;
  /** How they are reckoned. */
  method: string;
  /** Always `savings`. */
  object: "savings";
}

/** A passage that the answer cites: `text` is the exact span it rests on. */
export interface SearchResult {
  file_id: string;
  filename: string;
  text: string;
}

/** A detected entity: half-open character offsets into the text as given. */
export interface Span {
  type: string;
  start: number;
  end: number;
  score: number;
  recognizer: string;
  rule: "block" | "keep" | "pseudonymise";
}

/** Without `arm` the whole experiment is stopped. */
export interface StopBody {
  reason: string;
  arm?: string;
}

/** A place of the messages: `{name}` in their text stands for it. */
export interface TemplateInput {
  name: string;
  description: string;
}

export interface TemplateMessage {
  role: "system" | "user";
  content: string;
}

/** Everything the answer rests on is in the conversation: nothing is looked up for it. */
export interface TemplateOptions {
  route: TemplateRoute;
  knowledge: boolean;
  buildings: Array<string>;
}

export interface TemplateRoute {
  task: "analysis" | "code" | "coordination" | "forecast" | "lookup" | "optimisation" | "report";
}

export interface Tenant {
  id: string;
  name: string;
  created_at: string;
  disabled_at: string | null;
}

export interface TenantBody {
  id: string;
  name?: string;
}

/** A disabled tenant's keys, users and sessions are let in no more until it is enabled again. */
export interface TenantChange {
  name?: string | null;
  disabled?: boolean | null;
}

export interface TenantList {
  data: Array<Tenant>;
  object: "list";
}

export interface TextFormat {
  type: "json_object" | "json_schema" | "text";
  name?: string | null;
  schema?: Record<string, unknown> | null;
  strict?: boolean | null;
  description?: string | null;
}

export interface TextOptions {
  format?: TextFormat | null;
  verbosity?: string | null;
}

/** `{"type": "file_search"}`, or a function by its name. */
export interface ToolType {
  type: "file_search" | "function";
  name?: string;
}

export interface UsageReport {
  since: string;
  data: Array<Used>;
  accounts: Array<WireAccount>;
  object: "usage";
}

/** Requests that were answered, or not: `model` and `location` are null then. A row with an empty `key` sums those that the policy does not name. */
export interface Used {
  tenant: string;
  key: string;
  model: string | null;
  location: string | null;
  requests: number;
  prompt_tokens: number;
  completion_tokens: number;
  cost_eur: number;
}

export interface User {
  id: string;
  tenant: string;
  name: string;
  role: "admin" | "auditor" | "operator" | "viewer";
  issuer: string | null;
  subject: string | null;
  created_at: string;
  disabled_at: string | null;
}

/** `issuer` and `subject` are the claims `iss` and `sub` of the tokens this user comes with. */
export interface UserBody {
  name: string;
  role: string;
  tenant?: string | null;
  issuer?: string | null;
  subject?: string | null;
}

export interface UserChange {
  name?: string | null;
  role?: string | null;
  disabled?: boolean | null;
}

export interface UserList {
  data: Array<User>;
  object: "list";
}

/** `changes` are against the version in force. */
export interface Validation {
  valid: boolean;
  mistakes: Array<Mistake>;
  changes: Array<Change>;
  object: "configuration.validation";
}

/** The newest first. */
export interface VersionList {
  data: Array<WireVersion>;
  live: number;
  object: "list";
}

/** A day's tokens or a month's money (EUR). `used` is spent or reserved; `leased` is held by machines for the next requests. */
export interface WireAccount {
  kind: "key" | "model" | "tenant";
  id: string;
  span: "day" | "month";
  period: string;
  limit: number | null;
  used: number;
  leased: number;
}

export interface WireAgentTemplate {
  name: string;
  description: string;
  inputs: Array<TemplateInput>;
  messages: Array<TemplateMessage>;
  response_format: AnswerFormat;
  max_tokens: number;
  vestibule: TemplateOptions;
  object: "agent_template";
}

/** Moments are in Unix seconds, and there once they have come. */
export interface WireBatch {
  id: string;
  endpoint: string;
  input_file_id: string;
  status: "cancelled" | "cancelling" | "completed" | "expired" | "failed" | "finalizing" | "in_progress" | "validating";
  created_at: number;
  expires_at: number;
  request_counts: Counts;
  metadata: Record<string, string> | null;
  model?: string;
  errors?: ProblemList;
  output_file_id?: string;
  error_file_id?: string;
  in_progress_at?: number;
  finalizing_at?: number;
  completed_at?: number;
  failed_at?: number;
  expired_at?: number;
  cancelling_at?: number;
  cancelled_at?: number;
  completion_window: "24h";
  object: "batch";
}

export interface WireCalledFunction {
  name: string;
  arguments: string;
}

export interface WireCandidate {
  /** The model. */
  model: string;
  /** Who runs it. */
  provider: string;
  /** Decided by its address. */
  location: "cloud" | "home";
  /** The sum of its parts; null where it was not weighed. */
  score: number | null;
  /** What speaks for it, above 0, and against it. */
  parts: Parts | null;
  /** Whether it is not asked at all. */
  rejected: boolean;
  /** Why it is asked in its place, or is not. */
  reason: string;
  /** What is expected of its answer; null where it was not weighed. */
  predicted: WirePrediction | null;
}

/** `version` 0 is what is shipped, and has no history. */
export interface WireConfiguration {
  version: number;
  document: Record<string, unknown>;
  made: WireVersion | null;
  object: "configuration";
}

/** Moments are in Unix seconds. */
export interface WireFile {
  id: string;
  bytes: number;
  created_at: number;
  expires_at: number;
  filename: string;
  purpose: "batch" | "batch_output";
  status: "processed";
  object: "file";
}

export interface WireFunction {
  name: string;
  description?: string | null;
  parameters?: Record<string, unknown> | null;
  strict?: boolean | null;
}

/** `url` is a `data:` URL of a PNG, JPEG, WebP or GIF, which may carry the file's name: `;name=plant.png`; or, where the house fetches images, an `https:` URL of one. */
export interface WireImage {
  url: string;
  detail?: "auto" | "high" | "low" | null;
}

export interface WireJsonSchema {
  name: string;
  description?: string | null;
  schema?: Record<string, unknown> | null;
  strict?: boolean | null;
}

/** `key` is the secret, and there when it was just made. */
export interface WireKey {
  id: string;
  prefix: string;
  name: string;
  tenant: string;
  scopes: Array<"admin" | "audit" | "feedback" | "inference" | "knowledge">;
  state: string;
  created_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
  expires_at: string | null;
  previous_until: string | null;
  models: Array<string> | null;
  class: string;
  origins: Array<string>;
  networks: Array<string>;
  user: string | null;
  key: string | null;
  object: "api_key";
}

export interface WireLikely {
  token: string;
  logprob: number;
  bytes: Array<number>;
}

/** `own` is what an administrator set for this one; `holds` what holds with the settings. null is unlimited. */
export interface WireLimits {
  kind: "key" | "model" | "tenant";
  id: string;
  own: Allowance | null;
  holds: Record<string, number | null>;
  object: "limits";
}

export interface WireLogprobs {
  content: Array<WireTokenLogprob>;
  refusal: null;
}

export interface WireMessage {
  role: "assistant" | "developer" | "function" | "system" | "tool" | "user";
  content?: string | Array<ChatRequestPart> | null;
  name?: string | null;
  tool_call_id?: string | null;
  refusal?: string | null;
  tool_calls?: Array<WireToolCall> | null;
  /** not served yet */
  function_call?: null;
  /** not served yet */
  audio?: null;
  /** accepted, without effect */
  annotations?: unknown;
}

export interface WireModel {
  id: string;
  created: number;
  owned_by: string;
  object: "model";
}

export interface WireNamedChoice {
  type: "function";
  function: Named;
}

export interface WirePrediction {
  /** Seconds from asking it to its first word. */
  first_token_s: number | null;
  /** Seconds from asking it to the end of its answer. */
  finish_s: number | null;
  /** null where it is not known. */
  cost_eur: number | null;
  /** The probability that its answer is good enough. */
  quality: number | null;
  /** Of the seconds: `measured` from its own answers, `stated` for models of its kind, or `unknown`. */
  basis: string;
}

export interface WireResponseFormat {
  type: "json_object" | "json_schema" | "text";
  json_schema?: WireJsonSchema | null;
}

export interface WireTokenLogprob {
  token: string;
  logprob: number;
  bytes: Array<number>;
  top_logprobs: Array<WireLikely>;
}

export interface WireTool {
  type: "function";
  function: WireFunction;
}

export interface WireToolCall {
  id: string;
  function: WireCalledFunction;
  type?: "function";
}

export interface WireToolCallDelta {
  index: number;
  id: string;
  function: WireCalledFunction;
  type: "function";
}

export interface WireUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: PromptDetails;
}

/** `live_at` null: it was proposed and never went live. */
export interface WireVersion {
  number: number;
  base: number;
  author: string;
  reason: string;
  made_at: string;
  live_at: string | null;
  digest: string;
  object: "configuration.version";
}

/** What OpenAI has too. */
export interface OpenAISurface {
  /** List batches */
  "GET /v1/batches": { query?: { limit?: number; after?: string }; reply: BatchList };
  /** Have the requests of a file answered within a day */
  "POST /v1/batches": { body: BatchBody; reply: WireBatch };
  /** Describe a batch */
  "GET /v1/batches/{batch_id}": { path: { batch_id: string }; reply: WireBatch };
  /** Cancel a batch */
  "POST /v1/batches/{batch_id}/cancel": { path: { batch_id: string }; reply: WireBatch };
  /** Answer a conversation */
  "POST /v1/chat/completions": { body: ChatBody; reply: ChatCompletion; event: ChatCompletionChunk };
  /** Embed texts */
  "POST /v1/embeddings": { body: EmbeddingBody; reply: EmbeddingList };
  /** List files */
  "GET /v1/files": { query?: { limit?: number; after?: string; order?: "asc" | "desc"; purpose?: string }; reply: FileList };
  /** Send a file */
  "POST /v1/files": { body: FileForm; reply: WireFile };
  /** Delete a file */
  "DELETE /v1/files/{file_id}": { path: { file_id: string }; reply: DeletedFile };
  /** Describe a file */
  "GET /v1/files/{file_id}": { path: { file_id: string }; reply: WireFile };
  /** Read a file */
  "GET /v1/files/{file_id}/content": { path: { file_id: string }; reply: Blob };
  /** List the models */
  "GET /v1/models": { reply: ModelList };
  /** Describe a model */
  "GET /v1/models/{model}": { path: { model: string }; reply: WireModel };
  /** Judge how private texts are */
  "POST /v1/moderations": { body: ModerationBody; reply: ModerationReply };
  /** Answer, and keep the answer to go on from */
  "POST /v1/responses": { body: ResponseBody; reply: Response; event: string };
  /** Forget a response */
  "DELETE /v1/responses/{response_id}": { path: { response_id: string }; reply: DeletedResponse };
  /** Show a stored response */
  "GET /v1/responses/{response_id}": { path: { response_id: string }; query?: { include?: string }; reply: Response };
  /** Refuse to cancel what is done */
  "POST /v1/responses/{response_id}/cancel": { path: { response_id: string }; reply: void };
  /** List what a response was made of */
  "GET /v1/responses/{response_id}/input_items": { path: { response_id: string }; query?: { limit?: number; after?: string; order?: "asc" | "desc" }; reply: ItemList };
}

/** What is our own. */
export interface VestibuleSurface {
  /** List the templates for agents that work together */
  "GET /v1/agents/templates": { reply: AgentTemplateList };
  /** Describe a template for agents */
  "GET /v1/agents/templates/{name}": { path: { name: string }; reply: WireAgentTemplate };
  /** List what an answer can be told to be */
  "GET /v1/controls": { reply: ControlList };
  /** Say whether an answer was of use */
  "POST /v1/feedback": { body: FeedbackBody; reply: FeedbackReply };
}

/** For administrators. */
export interface AdminSurface {
  /** List the newest decisions of the caller's tenant */
  "GET /admin/v1/audit": { query?: { limit?: number }; reply: AuditList };
  /** Recompute the audit trail and say what is wrong */
  "GET /admin/v1/audit/verify": { reply: AuditVerification };
  /** Show the configuration in force */
  "GET /admin/v1/configuration": { reply: WireConfiguration };
  /** Make a configuration live, once every worker has it */
  "POST /admin/v1/configuration/apply": { body: ApplyBody; reply: AppliedReply };
  /** Make what an older version says the next one */
  "POST /admin/v1/configuration/rollback": { body: RollbackBody; reply: AppliedReply };
  /** Say what is wrong with a configuration, by line */
  "POST /admin/v1/configuration/validate": { body: ConfigurationBody; reply: Validation };
  /** List the versions of the configuration */
  "GET /admin/v1/configuration/versions": { reply: VersionList };
  /** Show a version of the configuration */
  "GET /admin/v1/configuration/versions/{number}": { path: { number: string }; reply: WireConfiguration };
  /** List experiments and how they stand */
  "GET /admin/v1/experiments": { reply: ExperimentList };
  /** Show how an experiment stands */
  "GET /admin/v1/experiments/{experiment}": { path: { experiment: string }; reply: ExperimentReport };
  /** Make an arm's choice the rule, as a new version */
  "POST /admin/v1/experiments/{experiment}/promote": { path: { experiment: string }; body: PromoteBody; reply: Promotion };
  /** Stop an experiment or an arm of it */
  "POST /admin/v1/experiments/{experiment}/stop": { path: { experiment: string }; body: StopBody; reply: ExperimentReport };
  /** List API keys, without their secrets */
  "GET /admin/v1/keys": { query?: { tenant?: string }; reply: KeyList };
  /** Make an API key, shown once */
  "POST /admin/v1/keys": { body: KeyBody; reply: WireKey };
  /** Revoke an API key */
  "DELETE /admin/v1/keys/{key_id}": { path: { key_id: string }; reply: WireKey };
  /** Describe an API key */
  "GET /admin/v1/keys/{key_id}": { path: { key_id: string }; reply: WireKey };
  /** Give an API key a new secret */
  "POST /admin/v1/keys/{key_id}/rotate": { path: { key_id: string }; body: RotateBody; reply: WireKey };
  /** List the limits that administrators set */
  "GET /admin/v1/limits": { reply: LimitList };
  /** Take set limits back */
  "DELETE /admin/v1/limits/{kind}/{id}": { path: { kind: string; id: string }; reply: WireLimits };
  /** Show the limits of a key, a tenant or a model */
  "GET /admin/v1/limits/{kind}/{id}": { path: { kind: string; id: string }; reply: WireLimits };
  /** Set the limits of a key, a tenant or a model */
  "PUT /admin/v1/limits/{kind}/{id}": { path: { kind: string; id: string }; body: Allowance; reply: WireLimits };
  /** Explain what is found in a text, its class, and what of it would leave */
  "POST /admin/v1/privacy/check": { body: CheckBody; reply: PrivacyCheckReply };
  /** Forget a tenant, or what names a person; counts only unless confirmed */
  "POST /admin/v1/privacy/erase": { body: EraseBody; reply: ErasureReport };
  /** Show what staying home saved, and how that is reckoned */
  "GET /admin/v1/routing/savings": { query?: { hours?: string; tenant?: string }; reply: SavingsReport };
  /** List tenants */
  "GET /admin/v1/tenants": { reply: TenantList };
  /** Make a tenant */
  "POST /admin/v1/tenants": { body: TenantBody; reply: Tenant };
  /** Describe a tenant */
  "GET /admin/v1/tenants/{tenant}": { path: { tenant: string }; reply: Tenant };
  /** Rename, disable or enable a tenant */
  "PATCH /admin/v1/tenants/{tenant}": { path: { tenant: string }; body: TenantChange; reply: Tenant };
  /** Show what was used, and what is left of days and months */
  "GET /admin/v1/usage": { query?: { since?: string; tenant?: string }; reply: UsageReport };
  /** List users and their roles */
  "GET /admin/v1/users": { query?: { tenant?: string }; reply: UserList };
  /** Add a user */
  "POST /admin/v1/users": { body: UserBody; reply: User };
  /** Remove a user with all keys and sessions */
  "DELETE /admin/v1/users/{user}": { path: { user: string }; reply: void };
  /** Describe a user */
  "GET /admin/v1/users/{user}": { path: { user: string }; reply: User };
  /** Rename a user, change the role, disable, enable */
  "PATCH /admin/v1/users/{user}": { path: { user: string }; body: UserChange; reply: User };
}

/** For who watches it. */
export interface OperationsSurface {
  /** Tell that the process is alive */
  "GET /healthz": { reply: Health };
  /** Tell whether every component is there */
  "GET /readyz": { reply: Health };
}

export interface Surface extends OpenAISurface, VestibuleSurface, AdminSurface, OperationsSurface {}
