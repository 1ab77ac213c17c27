variable "name" {
  description = "Prefix of everything that is made."
  type        = string
  default     = "s3-guardrail"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "`name` has 3 to 31 small letters, digits and hyphens, a letter first."
  }
}

variable "mode" {
  description = "The mode of the guardrail file. The function's role may write to S3 in `enforce` only, and publish in `notify` and `enforce` only."
  type        = string
  default     = "notify"

  validation {
    condition     = contains(["observe", "notify", "enforce"], var.mode)
    error_message = "`mode` is one of observe, notify, enforce."
  }
}

variable "guardrail_file" {
  description = "Path of the guardrail file; `infra/package --guardrail FILE` makes the layer FILE.zip beside it. null: the built-in file, in mode notify."
  type        = string
  default     = null

  validation {
    condition     = var.guardrail_file == null || try(fileexists(var.guardrail_file), false)
    error_message = "`guardrail_file` is not there; give its path as seen from the folder in which Terraform runs."
  }
}

variable "contain_account_settings" {
  description = "Whether the function may also turn Block Public Access on for the whole account, in mode enforce."
  type        = bool
  default     = false
  nullable    = false
}

variable "package" {
  description = "The function's zip: a local `path`, or `bucket` and `key` (and `object_version`) in S3. `sha256` is its SHA-256 in base64, as `infra/package` prints it; optional with `path`. Nothing given: where `infra/package` puts it."
  type = object({
    path           = optional(string)
    bucket         = optional(string)
    key            = optional(string)
    object_version = optional(string)
    sha256         = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = (var.package.bucket == null) == (var.package.key == null)
    error_message = "`package` needs `bucket` and `key` together."
  }

  validation {
    condition     = var.package.bucket == null || var.package.path == null
    error_message = "`package` has either `path`, or `bucket` and `key`."
  }

  validation {
    condition     = var.package.bucket == null || var.package.sha256 != null
    error_message = "`package` from S3 needs `sha256`: without it a changed object is not deployed, and a foreign one is."
  }

  validation {
    condition     = var.package.sha256 == null || can(regex("^[A-Za-z0-9+/]{43}=$", var.package.sha256))
    error_message = "`package.sha256` is a SHA-256 in base64 (44 characters), as `infra/package` prints it."
  }
}

variable "architecture" {
  description = "What the zip was built for: x86_64, or arm64 (`infra/package --arm64`)."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "`architecture` is one of x86_64, arm64."
  }
}

variable "code_signing_config_arn" {
  description = "Code signing configuration that the function's zip has to pass; null: none."
  type        = string
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null || can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:code-signing-config:csc-", var.code_signing_config_arn))
    error_message = "`code_signing_config_arn` is the ARN of a Lambda code signing configuration."
  }
}

variable "max_concurrency" {
  description = "Batches of events that are worked on at once."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_concurrency >= 2 && var.max_concurrency <= 1000 && floor(var.max_concurrency) == var.max_concurrency
    error_message = "`max_concurrency` is a whole number from 2 to 1000."
  }
}

variable "watch_objects" {
  description = "Whether uploads and ACLs of objects are looked at, which a trail names if it logs data events: each upload is an event then. Without need where ACLs are off everywhere."
  type        = bool
  default     = true
  nullable    = false
}

variable "sweep_hours" {
  description = "Hours between two looks at every bucket of the account. Two of them missing raise an alarm."
  type        = number
  default     = 6
  nullable    = false

  validation {
    condition     = var.sweep_hours >= 1 && var.sweep_hours <= 12 && floor(var.sweep_hours) == var.sweep_hours
    error_message = "`sweep_hours` is a whole number from 1 to 12: CloudWatch looks back over one day at most."
  }
}

variable "subscribers" {
  description = "Who gets pages and chat messages: addresses, each of which has to confirm, and https URLs of pagers. Amazon Q in chat applications subscribes itself to the chat topic."
  type = object({
    page_emails = optional(set(string), [])
    page_urls   = optional(set(string), [])
    chat_emails = optional(set(string), [])
    chat_urls   = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for email in setunion(var.subscribers.page_emails, var.subscribers.chat_emails) : can(regex("^[^@\\s]+@[^@\\s]+[.][^@\\s]+$", email))])
    error_message = "`page_emails` and `chat_emails` of `subscribers` are mail addresses."
  }

  validation {
    condition     = alltrue([for url in setunion(var.subscribers.page_urls, var.subscribers.chat_urls) : startswith(url, "https://")])
    error_message = "`page_urls` and `chat_urls` of `subscribers` begin with https://."
  }
}

variable "members" {
  description = "Other accounts whose spokes send events here and whose member role the function assumes: those of `organization_id`, or those in `accounts`. null: this account only."
  type = object({
    organization_id = optional(string)
    accounts        = optional(set(string), [])
    role_name       = optional(string, "s3-guardrail-member")
  })
  default = null

  validation {
    condition     = var.members == null || try(can(regex("^o-[a-z0-9]{10,32}$", var.members.organization_id)), false) || try(var.members.organization_id == null && length(var.members.accounts) > 0, false)
    error_message = "`members` needs an `organization_id` such as o-exampleorgid, or `accounts`."
  }

  validation {
    condition     = var.members == null || alltrue([for account in try(var.members.accounts, []) : can(regex("^[0-9]{12}$", account))])
    error_message = "`accounts` of `members` have 12 digits each."
  }

  validation {
    condition     = var.members == null || try(can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.members.role_name)), false)
    error_message = "`role_name` of `members` is the name of a role, without a path."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles; null: none. It must let them do what outputs.tf lists."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "`permissions_boundary_arn` is the ARN of an IAM policy."
  }
}

variable "log_retention_days" {
  description = "Days that the function's log is kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "`log_retention_days` is one of the numbers that CloudWatch takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "tracing" {
  description = "Whether runs are traced by X-Ray."
  type        = bool
  default     = false
  nullable    = false
}
