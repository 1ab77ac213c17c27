# One account, several Regions: a rule sees the events of its own Region only, so each Region in use
# has a spoke that sends them to the hub. Take us-east-1 in any case: what is global is logged there.

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

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

variable "package" {
  description = "The function's zip, as the hub takes it."
  type        = any
  default     = {}
}

module "hub" {
  source = "../.."

  package = var.package

  subscribers = {
    page_emails = ["oncall@example.com"]
  }
}

module "us_east_1" {
  source    = "../../modules/spoke"
  providers = { aws = aws.us_east_1 }

  hub = module.hub.hub
}

output "queue_url" {
  description = "Where the events of all Regions arrive."
  value       = module.hub.queue_url
}
