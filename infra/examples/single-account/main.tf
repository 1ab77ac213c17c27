# One account, one Region: every bucket of the account is swept, those of this Region are watched.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "package" {
  description = "The function's zip, as the hub takes it."
  type        = any
  default     = {}
}

module "hub" {
  source = "../.."

  mode           = "enforce"
  guardrail_file = "${path.module}/guardrail.toml"
  package        = var.package

  subscribers = {
    page_emails = ["oncall@example.com"]
  }
}

output "test_command" {
  description = "Sweeps the account once."
  value       = module.hub.test_command
}
